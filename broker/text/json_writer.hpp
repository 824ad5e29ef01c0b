// Writes JSON text, commas included. Doubles in their shortest form ("2.57", "25"), not finite ones as null;
// strings as UTF-8, ill-formed bytes replaced by U+FFFD. The caller keeps begin and end paired. Pure.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nightjar::text {

class json_writer {
  public:
    json_writer& begin_object() { return begin('{'); }
    json_writer& end_object() { return end('}'); }
    json_writer& begin_array() { return begin('['); }
    json_writer& end_array() { return end(']'); }
    json_writer& key(std::string_view name);

    json_writer& value(std::string_view text);
    json_writer& value(const char* text) { return value(std::string_view(text)); }
    json_writer& value(double number);
    json_writer& value(bool truth);
    json_writer& value(std::signed_integral auto number) { return integer(static_cast<std::int64_t>(number)); }
    json_writer& value(std::unsigned_integral auto number) { return integer(static_cast<std::uint64_t>(number)); }
    json_writer& null();
    json_writer& raw(std::string_view json); // is JSON already

    template <typename T>
    json_writer& field(std::string_view name, const T& content) {
        return key(name).value(content);
    }
    // A null for "none".
    template <typename T>
    json_writer& field(std::string_view name, const std::optional<T>& content) {
        key(name);
        return content ? value(*content) : null();
    }

    const std::string& text() const { return text_; }
    std::string take() { return std::move(text_); }

  private:
    json_writer& begin(char bracket);
    json_writer& end(char bracket);
    json_writer& integer(std::int64_t number);
    json_writer& integer(std::uint64_t number);
    void separate();

    std::string text_;
    bool comma_ = false; // the next value is not the first in its place
};

// With its quotes.
void append_json_string(std::string& out, std::string_view text);

} // namespace nightjar::text
