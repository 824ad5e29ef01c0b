// Hashes that others made: Debian's mosquitto_passwd 2.0.11, Python's hashlib, the argon2 program.
#pragma once

#include <string>
#include <string_view>

namespace nightjar::plugins::password_file::test {

// mosquitto_passwd
inline constexpr std::string_view correct_horse =
    "$7$101$i/t3td71ZeLn0YnJ$kctcOuxvTj1FNFPGqxjIDlyN8EXjzeKEVAKrniOzFdOPxS/JGJhiGPo40Pn/ES6AevrkFXesgoxr6QtD0BAWOQ==";
inline constexpr std::string_view paess_woerd = // "päss wörd:$1", -H sha512
    "$6$ycTdZ/EwQfYTnM0V$WZzOfTPKmStWHlsV4FivtdxxsBrH7nX0z6pywb0Z+nzihMWxiNnI4VlYV5XPcHvYlfAhOrTBsdqA8AQ2BtfpYA==";
inline constexpr std::string_view empty_password =
    "$7$101$3NXUO6pJ9hzQg2CP$QE4DINT1637DGmFxOa/XRhFsgCwd34EMIdZsPtpmxd7iIstOznSd0QNj4F3fKum6U9GCZIvq1XTyT1Dm4pZtzw==";
inline constexpr std::string_view two_hundred_x = // longer than a block of SHA-512
    "$7$101$3iZcpL8UB3eNy5T3$7qtUN6ryU6kDQO8Y1tzCzhurBrpb7yaFE5TLeHafsJmeB6N/U+ZK1Reoim1Ur3lvsJ4J4RjtP63OPsMzGUgf+w==";
inline constexpr std::string_view iter_5000 = // "iter", -I 5000
    "$7$5000$gnsISgmgejjmgBDw$+/kBAD32cg2jU78xaldyEk4/dwRdf5KJSXBMgXMZpnM/eJQXZ/6ajWtQjd9vV0tEgMyKh91RSuL2lFzHQ/zoWA==";

// hashlib, of "secret" where nothing else is said; salts 00 01 02 ..
inline constexpr std::string_view pbkdf2_salt_12 =
    "$7$1000$AAECAwQFBgcICQoL$4wTcmyeXKbX+eU8mRAv8RuY7FkPT5YqwsG6AZlmHKNwWPzuBfjOpFNbp6eDXGOQ94FxpOi30RqAptC1OfHP0KA==";
inline constexpr std::string_view pbkdf2_salt_64 =
    "$7$1000$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==$"
    "j5aX3DstWRgO5cjjfvKvsf7Z/KK812T4wGDMih+DCHQg8P7++fmj4sZcMp1smkEafZL0QZ29tE5ezahL/nyffw==";
inline constexpr std::string_view pbkdf2_once_empty =
    "$7$1$AAECAwQFBgcICQoL$bdH7l7sgPaNRIMTFx91Nx4T0QY+VinIGrPJB18LN9R6ZmC5BazhvngmmjGtmdtmEAdcVZkTZuqNZTnNujVrTKw==";
inline constexpr std::string_view sha512_salt_12 =
    "$6$AAECAwQFBgcICQoL$JqsxEv/ucyxjA5DKsQ+Y8CDWaQDNQI9FpAkmfwAqWfwZLk/JEGgM0EpylrJHAZKKyFQjJeZ3nFaHjPzOzPPmPw==";
inline constexpr std::string_view sha512_salt_64 =
    "$6$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==$"
    "wEYf8F4/yHDmlCt3YmMXwFi//Ux0IOce8NucN+r/9QAuqoVaYz7SU9131YSsyqLHn9NUpM/F4yTaDANhOFpYTQ==";
inline constexpr std::string_view sha512_a_nul_b =
    "$6$AAECAwQFBgcICQoL$819bOaNLIJhaX7E5IhINTlpFSGXvxzw2Fk5rpWeAzLGcqvz2D/UL6CZ5tom1EEqQmih4TZjuZEez+ff25dmEhA==";
inline constexpr std::string_view sha512_300_p =
    "$6$AAECAwQFBgcICQoL$mxZR6xTvyxujSt+LRoLCnh0OwPiqdKx1VIYQI2fSdYErL0yGrUU+k8vNaJgCr5Li0ReoMc/ynAZyQINbbgSBDQ==";

// argon2, of "secret"
inline constexpr std::string_view argon2_as_mosquitto =
    "$argon2id$v=19$m=47104,t=1,p=1$c2FsdHNhbHRzYWx0$"
    "BEXwm69M682Pbijhw1tW8ud9T0hXQ+aJdTpzgaNojtuhJlrbVtrqShC3YAEbhk/alYscJLAA/Fx/8Y4CAF1IXA";
inline constexpr std::string_view argon2_four_lanes =
    "$argon2id$v=19$m=256,t=3,p=4$c2FsdHNhbHQ$sVLZyP+cFAnz4Cc6bgsffNH15AjLUUZ8RtXT157Kukc";
inline constexpr std::string_view argon2_salt_64 =
    "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdA$"
    "5LdO8DVMqiYpF1lgdZ/c/UTk6rjIS2XX5T8ksiki9Bu2EtoANZRx+4uM/PtJH/+l9mScLyCpcv+KEk+J5yOwgA";

inline std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
    std::string out(text);
    const auto at = out.find(what);
    return at == std::string::npos ? out + " (has no " + std::string(what) + ")" : out.replace(at, what.size(), by);
}

} // namespace nightjar::plugins::password_file::test
