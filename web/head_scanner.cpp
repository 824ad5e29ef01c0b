#include "web/head_scanner.hpp"

namespace nightjar::web {

head_scanner::state head_scanner::scan(std::string_view bytes) {
    while (position_ < bytes.size()) {
        if (position_ >= size_limit_) return state::too_large;
        const state now = take(bytes[position_++]);
        if (now != state::incomplete) return now;
    }
    return position_ >= size_limit_ ? state::too_large : state::incomplete;
}

head_scanner::state head_scanner::take(char c) {
    if (carriage_return_) return c == '\n' ? end_of_line() : state::malformed;
    if (c == '\r') {
        carriage_return_ = true;
        return state::incomplete;
    }
    if (c == '\n' || c == '\0') return state::malformed;
    const bool folded = line_length_ == 0 && lines_ > 0 && (c == ' ' || c == '\t');
    if (folded) return state::malformed;
    ++line_length_;
    return state::incomplete;
}

head_scanner::state head_scanner::end_of_line() {
    carriage_return_ = false;
    // An empty line before the request line is left over from an old client's body (RFC 9112 section 2.2);
    // the parser does not take it.
    if (line_length_ == 0) return lines_ > 0 ? state::complete : state::malformed;
    ++lines_;
    line_length_ = 0;
    return lines_ > field_limit_ + 1 ? state::too_many_fields : state::incomplete;
}

} // namespace nightjar::web
