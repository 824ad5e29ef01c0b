// Payloads to values: a pure function per format. Nothing is stored of a payload that is wrong in any part.
#pragma once

#include "broker/codec/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>

namespace nightjar::plugins::sensors {

// One value of a payload. Views into the payload or the topic, or static text.
struct reading {
    std::uint32_t id = 0;    // the device's own; 0: none
    std::string_view name;   // what makes the sensor besides its device: "temperature", "illuminate"
    std::string_view type;   // "temperature"; empty: not told
    std::string_view unit;   // empty: not told
    std::string_view device; // what the payload calls it; empty: the topic tells
    std::string_view source; // of its sensor; empty: the name of the format
    double value = 0;
    std::optional<std::int64_t> time_ms; // the device's clock
};

struct json_fields;

struct parsed {
    boost::container::small_vector<reading, 4> readings;
    std::string_view rejected; // reason, static text; empty: good
    std::string texts;         // what the views of JSON strings point into

    static parsed reject(std::string_view reason) { return {{}, reason, {}}; }
};

// {"temperature":25,"humidity":60}; one of the two suffices, `timestamp` may come along.
parsed parse_dht11(codec::bytes payload);
// {"sensor_id":3,"type":"light","value":2.57,"unit":"V"}, or an array of such objects. `memory`: taken for `texts`, so
// that the next one need not allocate.
parsed parse_measurement(codec::bytes payload, std::string memory = {});
// Any JSON; a value that is missing or null is left out, if there is another. ON, OFF, true and false are numbers too.
parsed parse_json(codec::bytes payload, const json_fields& where, std::string memory = {});
// "23.4", "23.4 °C", ON, OFF, true, false. `category` is the last level of the topic.
parsed parse_plain(codec::bytes payload, codec::bytes category);

// temp and humi, illu and illuminate have other names too.
std::string_view type_of_category(std::string_view category);

} // namespace nightjar::plugins::sensors
