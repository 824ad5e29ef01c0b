// Looks at the raw bytes of a request head as they arrive, before the parser: where it ends, and forms that
// parsers read differently (obs-fold, bare CR or LF, NUL), which RFC 9112 lets a server refuse. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace nightjar::web {

class head_scanner {
  public:
    enum class state { incomplete, complete, malformed, too_large, too_many_fields };

    head_scanner(std::size_t size_limit, std::size_t field_limit)
        : size_limit_(size_limit), field_limit_(field_limit) {}

    // `bytes` is all that has arrived of this request; each call looks only at what is new since the last.
    state scan(std::string_view bytes);

    std::size_t size() const { return position_; } // of a complete head, with its empty line

  private:
    state take(char c);
    state end_of_line();

    std::size_t size_limit_, field_limit_;
    std::size_t position_ = 0;
    std::size_t line_length_ = 0;
    std::size_t lines_ = 0; // complete ones, the request line included
    bool carriage_return_ = false;
};

} // namespace nightjar::web
