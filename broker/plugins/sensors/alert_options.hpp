// Where alerts go besides MQTT.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nightjar::plugins::sensors {

enum class smtp_tls : std::uint8_t { required, opportunistic, none };

struct alert_options {
    std::string smtp_url; // "smtp://host:587", "smtps://host:465"; empty: no mail
    sensors::smtp_tls smtp_tls = smtp_tls::required;
    std::string smtp_user, smtp_password;
    std::string smtp_from;
    std::vector<std::string> smtp_to;
    unsigned smtp_rate = 30; // mails an hour to each of them; 0: any number
    std::vector<std::string> urls;
    std::string certificates;                         //                               // empty: the system's
    std::int64_t first_retry = 60, last_retry = 3600; // seconds
};

} // namespace nightjar::plugins::sensors
