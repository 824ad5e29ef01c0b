// Mails as RFC 5322 wants them. What comes from devices cannot become a header: control characters are replaced, and
// the rest is encoded (RFC 2047, Base64). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nightjar::plugins::sensors {

struct mail {
    std::string from, to; // addresses, is_mail_address() holds
    std::string subject;  // UTF-8, one line
    std::string body;     // UTF-8
    std::string id;       // what comes before the '@' in Message-ID: the same for each attempt
    std::int64_t date_ms = 0;
};

// "op@example.org": nothing that would need quotes.
bool is_mail_address(std::string_view text);

std::string encoded_subject(std::string_view subject); // with line breaks, if it is long
std::string mail_text(const mail& what);               // the whole message, lines end with CR LF

} // namespace nightjar::plugins::sensors
