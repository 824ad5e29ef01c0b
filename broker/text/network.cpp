#include "broker/text/network.hpp"

#include <arpa/inet.h>

namespace nightjar::text {

std::string network_of(std::string_view address) {
    constexpr std::size_t network = 8; // bytes
    std::string text(address);
    unsigned char bits[16];
    if (inet_pton(AF_INET6, text.c_str(), bits) != 1) return text;
    return {reinterpret_cast<const char*>(bits), network};
}

} // namespace nightjar::text
