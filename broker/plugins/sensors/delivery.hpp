// One attempt to hand an alert over: SMTP with TLS, or an HTTP POST, by libcurl. Blocks until it is decided, at most a
// minute or until `stop`; for a thread that has nothing else to do.
#pragma once

#include "broker/plugins/sensors/alert_options.hpp"
#include "broker/plugins/sensors/mail_text.hpp"

#include <atomic>
#include <string>

namespace nightjar::plugins::sensors {

struct delivery_result {
    bool done = false;
    bool final = false; // it was refused, and another attempt would be too
    std::string error;
};

delivery_result send_mail(const alert_options& how, const mail& what, const std::atomic<bool>& stop);
delivery_result post_json(const alert_options& how, const std::string& url, const std::string& json,
                          const std::atomic<bool>& stop);

} // namespace nightjar::plugins::sensors
