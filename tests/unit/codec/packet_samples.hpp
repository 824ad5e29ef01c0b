// One named byte vector for each valid packet a server reads; malformed ones are made from them.
#pragma once

#include <string>
#include <vector>

namespace nightjar::codec::test {

using namespace std::string_literals;

struct sample {
    const char* name;
    std::string bytes;
};

inline const std::vector<sample> server_packets{
    {"connect 3.1.1", "\x10\x0d\0\4MQTT\4\2\0\x3c\0\1c"s},
    {"connect 3.1", "\x10\x0f\0\6MQIsdp\3\2\0\x3c\0\1c"s},
    {"connect with all", "\x10\x1f\0\4MQTT\4\xf6\0\x0a\0\1c\0\3w/t\0\4gone\0\1u\0\2pw"s},
    {"publish qos 0", "\x30\x06\0\3a/bx"s},
    {"publish qos 0 empty", "\x30\x05\0\3a/b"s},
    {"publish qos 1", "\x32\x08\0\3a/b\0\7x"s},
    {"publish qos 2 dup retain", "\x3d\x08\0\3a/b\0\7x"s},
    {"puback", "\x40\2\0\7"s},
    {"pubrec", "\x50\2\0\7"s},
    {"pubrel", "\x62\2\0\7"s},
    {"pubcomp", "\x70\2\0\7"s},
    {"subscribe", "\x82\x0d\0\7\0\3a/b\1\0\2c\x2f\2"s},
    {"unsubscribe", "\xa2\x0a\0\7\0\3a/b\0\1c"s},
    {"pingreq", "\xc0\0"s},
    {"disconnect", "\xe0\0"s},
};

} // namespace nightjar::codec::test
