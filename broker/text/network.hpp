// Whom an address stands for, where one counts what comes from somebody.
#pragma once

#include <string>
#include <string_view>

namespace nightjar::text {

// Of IPv6 the first 64 bits, which one subscriber has to himself, as bytes; anything else as it is, an address with a
// zone ("fe80::1%eth0") too: a whole house has that network. Any thread.
std::string network_of(std::string_view address);

} // namespace nightjar::text
