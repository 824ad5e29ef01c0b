// The sensor a path names.
#pragma once

#include "web/list_parameters.hpp"
#include "web/request.hpp"
#include "web/tables.hpp"

#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace nightjar::web {

// 404 for one that is a part of another one now; nothing for any other id.
inline std::optional<response> refuse_part(const tables& stored, storage::sensor_id id) {
    const auto owner = stored.sensors.owner_of(id);
    if (owner == id) return std::nullopt;
    return not_found(fmt::format("Sensor {} was merged into sensor {}.", id, owner));
}

// 400 for an id that is not a number, 404 for one that no sensor could have.
inline result<storage::sensor_id> read_sensor_id(std::string_view text) {
    const auto number = parse_number(text);
    if (!number) return bad_request("bad_id", "A sensor's id is a number.");
    if (*number > std::numeric_limits<storage::sensor_id>::max()) return not_found("There is no sensor with this id.");
    return {boost::system::in_place_value, static_cast<storage::sensor_id>(*number)};
}

// The same, and 404 for one that no sensor has.
inline result<storage::sensor_record> find_sensor(const tables& stored, std::string_view id) {
    const auto wanted = read_sensor_id(id);
    if (!wanted) return wanted.error();
    if (auto sensor = stored.sensors.find(*wanted)) return std::move(*sensor);
    if (auto refused = refuse_part(stored, *wanted)) return std::move(*refused);
    return not_found("There is no sensor with this id.");
}

} // namespace nightjar::web
