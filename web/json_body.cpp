#include "web/json_body.hpp"

#include "broker/text/json_parser.hpp"

#include <cmath>

namespace nightjar::web {

namespace json = boost::json;

std::optional<json::object> parse_object(std::string_view body) {
    boost::system::error_code error;
    json::value parsed = text::parse_json(body, error);
    if (error || !parsed.is_object()) return std::nullopt;
    return std::move(parsed.get_object());
}

bool write_json(json_writer& out, const json::value& value) {
    bool finite = true;
    switch (value.kind()) {
    case json::kind::null: out.null(); break;
    case json::kind::bool_: out.value(value.get_bool()); break;
    case json::kind::int64: out.value(value.get_int64()); break;
    case json::kind::uint64: out.value(value.get_uint64()); break;
    case json::kind::double_:
        finite = std::isfinite(value.get_double());
        out.value(value.get_double());
        break;
    case json::kind::string: out.value(std::string_view(value.get_string())); break;
    case json::kind::array:
        out.begin_array();
        for (const auto& element : value.get_array()) finite = write_json(out, element) && finite;
        out.end_array();
        break;
    case json::kind::object:
        out.begin_object();
        for (const auto& [name, member] : value.get_object()) {
            out.key({name.data(), name.size()});
            finite = write_json(out, member) && finite;
        }
        out.end_object();
        break;
    }
    return finite;
}

} // namespace nightjar::web
