#include "broker/text/json_parser.hpp"

#include <charconv>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

namespace nightjar::text {

namespace json = boost::json;

namespace {

// What boost::json::parser does, but for on_double(). The names are basic_parser's.
struct handler {
    static constexpr std::size_t max_object_size = json::object::max_size(), max_array_size = json::array::max_size(),
                                 max_key_size = json::string::max_size(), max_string_size = json::string::max_size();
    using code = json::error_code;
    using view = json::string_view;

    handler(unsigned char* first, std::size_t size) : stack({}, first, size) {}

    json::value_stack stack;

    bool on_document_begin(code&) { return true; }
    bool on_document_end(code&) { return true; }
    bool on_object_begin(code&) { return true; }
    bool on_object_end(std::size_t size, code&) { return stack.push_object(size), true; }
    bool on_array_begin(code&) { return true; }
    bool on_array_end(std::size_t size, code&) { return stack.push_array(size), true; }
    bool on_key_part(view part, std::size_t, code&) { return stack.push_chars(part), true; }
    bool on_key(view last, std::size_t, code&) { return stack.push_key(last), true; }
    bool on_string_part(view part, std::size_t, code&) { return stack.push_chars(part), true; }
    bool on_string(view last, std::size_t, code&) { return stack.push_string(last), true; }
    bool on_number_part(view, code&) { return true; } // of a text that comes in pieces: ours does not
    bool on_int64(std::int64_t number, view, code&) { return stack.push_int64(number), true; }
    bool on_uint64(std::uint64_t number, view, code&) { return stack.push_uint64(number), true; }
    bool on_double(double about, view text, code&) {
        double exact = about;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), exact);
        stack.push_double(read.ec == std::errc() ? exact : about); // too large, too small: infinite or 0
        return true;
    }
    bool on_bool(bool b, code&) { return stack.push_bool(b), true; }
    bool on_null(code&) { return stack.push_null(), true; }
    bool on_comment_part(view, code&) { return true; }
    bool on_comment(view, code&) { return true; }
};

} // namespace

json::value parse_json(std::string_view text, json::error_code& error, json::storage_ptr memory) {
    unsigned char first[4096]; // so that an ordinary message costs no malloc
    json::basic_parser<handler> parser(json::parse_options(), first, sizeof first);
    auto& stack = parser.handler().stack;
    stack.reset(std::move(memory));
    const auto size = parser.write_some(false, text.data(), text.size(), error);
    if (!error && size < text.size()) error = json::error::extra_data;
    return error ? json::value() : stack.release();
}

} // namespace nightjar::text
