#include "broker/plugins/sensors/payload.hpp"

#include "broker/codec/topic.hpp"
#include "broker/plugins/sensors/options.hpp"
#include "broker/text/json_number.hpp"
#include "broker/text/json_parser.hpp"
#include "broker/text/time.hpp"

#include <array>
#include <cmath>

#include <boost/json/monotonic_resource.hpp>
#include <fmt/format.h>

namespace nightjar::plugins::sensors {

namespace json = boost::json;

namespace {

constexpr std::string_view not_json = "not_json", not_a_number = "not_a_number", no_value = "no_value",
                           no_name = "no_name", bad_sensor_id = "bad_sensor_id", wrong_shape = "wrong_shape",
                           too_large = "too_large";
constexpr std::size_t largest_payload = 262'144, most_readings = 4096;
constexpr std::size_t longest_text = 200; // of type and unit

// Parses into memory on the stack first, so that an ordinary message costs no malloc.
class document {
  public:
    explicit document(codec::bytes payload) : memory_(first_.data(), first_.size()) {
        boost::system::error_code error;
        value_ = text::parse_json(payload, error, &memory_);
        good_ = !error;
    }
    document(const document&) = delete;
    document& operator=(const document&) = delete;
    bool good() const { return good_; }
    const json::value& value() const { return value_; }

  private:
    std::array<unsigned char, 4096> first_;
    json::monotonic_resource memory_;
    json::value value_;
    bool good_ = false;
};

std::optional<std::int64_t> time_of(const json::value* given) {
    if (given == nullptr) return std::nullopt;
    if (const auto* text = given->if_string()) return text::parse_time({text->data(), text->size()});
    const auto number = text::number_of(*given);
    return number ? text::parse_time(fmt::format("{}", *number)) : std::nullopt;
}

// Keeps a copy: the document goes, the reading stays. `texts` never moves its bytes once reserved.
std::string_view keep(std::string& texts, const json::value* given) {
    const auto* text = given == nullptr ? nullptr : given->if_string();
    if (text == nullptr || text->size() > longest_text || !codec::valid_utf8({text->data(), text->size()})) return {};
    const auto at = texts.size();
    texts.append(text->data(), text->size());
    return std::string_view(texts).substr(at);
}

std::optional<std::uint32_t> sensor_id_of(const json::object& from) {
    const auto* given = from.if_contains("sensor_id");
    if (given == nullptr) return std::nullopt;
    const auto number = text::number_of(*given);
    constexpr double largest = 4'294'967'295.0;
    if (!number || *number < 1 || *number > largest || *number != std::floor(*number)) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

std::string_view read_measurement(const json::value& from, parsed& into) {
    const auto* object = from.if_object();
    if (object == nullptr) return wrong_shape;
    reading r;
    const auto id = sensor_id_of(*object);
    if (!id) return bad_sensor_id;
    r.id = *id;
    const auto* value = object->if_contains("value");
    if (value == nullptr) return no_value;
    const auto number = text::number_of(*value);
    if (!number) return not_a_number;
    r.value = *number;
    r.type = keep(into.texts, object->if_contains("type"));
    r.unit = keep(into.texts, object->if_contains("unit"));
    r.time_ms = time_of(object->if_contains("timestamp"));
    into.readings.push_back(r);
    return {};
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto begin = text.find_first_not_of(blank);
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::optional<double> switch_value(std::string_view word) {
    if (word == "ON" || word == "on" || word == "true") return 1;
    if (word == "OFF" || word == "off" || word == "false") return 0;
    return std::nullopt;
}

std::optional<double> json_number(const json::value& given) {
    if (const auto* truth = given.if_bool()) return *truth ? 1 : 0;
    if (const auto number = text::number_of(given)) return number;
    const auto* word = given.if_string();
    return word == nullptr ? std::nullopt : switch_value({word->data(), word->size()});
}

const json::value* at(const json::value& document, const std::string& pointer) {
    boost::system::error_code error;
    return pointer.empty() ? nullptr : document.find_pointer(pointer, error);
}

// All kept texts together are no longer than the payload. The views also survive a move of the string: it is too long
// for its small buffer.
std::string room_for(codec::bytes payload, std::string memory) {
    constexpr std::size_t longer_than_small = 64;
    memory.clear();
    memory.reserve(std::max(payload.size(), longer_than_small));
    return memory;
}

} // namespace

parsed parse_dht11(codec::bytes payload) {
    if (payload.size() > largest_payload) return parsed::reject(too_large);
    const document doc(payload);
    if (!doc.good()) return parsed::reject(not_json);
    const auto* object = doc.value().if_object();
    if (object == nullptr) return parsed::reject(wrong_shape);
    parsed result;
    const auto time = time_of(object->if_contains("timestamp"));
    constexpr std::pair<std::string_view, std::string_view> fields[] = {{"temperature", "°C"}, {"humidity", "%"}};
    for (const auto& [name, unit] : fields) {
        const auto* value = object->if_contains({name.data(), name.size()});
        if (value == nullptr) continue;
        const auto number = text::number_of(*value);
        if (!number) return parsed::reject(not_a_number);
        result.readings.push_back({0, name, name, unit, {}, {}, *number, time});
    }
    return result.readings.empty() ? parsed::reject(no_value) : std::move(result);
}

parsed parse_measurement(codec::bytes payload, std::string memory) {
    if (payload.size() > largest_payload) return parsed::reject(too_large);
    const document doc(payload);
    if (!doc.good()) return parsed::reject(not_json);
    parsed result;
    result.texts = room_for(payload, std::move(memory));
    const auto* batch = doc.value().if_array();
    if (batch == nullptr) {
        if (const auto reason = read_measurement(doc.value(), result); !reason.empty()) return parsed::reject(reason);
        return result;
    }
    if (batch->empty()) return parsed::reject(no_value);
    if (batch->size() > most_readings) return parsed::reject(too_large);
    for (const auto& one : *batch)
        if (const auto reason = read_measurement(one, result); !reason.empty()) return parsed::reject(reason);
    return result;
}

parsed parse_json(codec::bytes payload, const json_fields& where, std::string memory) {
    if (payload.size() > largest_payload) return parsed::reject(too_large);
    const document doc(payload);
    if (!doc.good()) return parsed::reject(not_json);
    parsed result;
    result.texts = room_for(payload, std::move(memory));
    const auto device = keep(result.texts, at(doc.value(), where.name));
    if (device.empty() && !where.name.empty()) return parsed::reject(no_name);
    const auto time = time_of(at(doc.value(), where.time));
    for (const auto& one : where.values) {
        const auto* given = at(doc.value(), one.pointer);
        if (given == nullptr || given->is_null()) continue;
        const auto number = json_number(*given);
        if (!number) return parsed::reject(not_a_number);
        result.readings.push_back({0, one.name, one.type, one.unit, device, one.source, *number, time});
    }
    return result.readings.empty() ? parsed::reject(no_value) : std::move(result);
}

parsed parse_plain(codec::bytes payload, codec::bytes category) {
    constexpr std::size_t longest = 64;
    const auto text = trimmed(payload.substr(0, longest + 1));
    if (payload.size() > longest || !codec::valid_utf8(text)) return parsed::reject(not_a_number);
    const auto space = text.find(' ');
    auto word = text.substr(0, space);
    const auto unit = space == std::string_view::npos ? std::string_view{} : trimmed(text.substr(space));
    auto value = switch_value(text);
    if (!value) {
        if (word.starts_with('+')) word.remove_prefix(1);
        if (!word.starts_with('-') || text.front() != '+') value = text::parse_number(word);
    }
    if (!value) return parsed::reject(not_a_number);
    parsed result;
    result.readings.push_back({0, category, type_of_category(category), unit, {}, {}, *value, std::nullopt});
    return result;
}

std::string_view type_of_category(std::string_view category) {
    if (category == "temp") return "temperature";
    if (category == "humi" || category == "hum") return "humidity";
    if (category == "illu" || category == "illuminate") return "light";
    return category;
}

} // namespace nightjar::plugins::sensors
