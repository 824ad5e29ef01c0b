// PROXY headers byte by byte: what is read never reaches past what is there.
#include "broker/net/proxy_header.hpp"

#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace nightjar::net;
using namespace std::string_literals;

namespace {

const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);
const std::string v4_addresses = "\xCB\x00\x71\x07\x7F\x00\x00\x01\x12\x67\x07\x5B"s;

std::string start(char command, char family, std::size_t size) {
    return signature + command + family + static_cast<char>(size >> 8) + static_cast<char>(size & 0xFF);
}

std::string value(char type, const std::string& data) {
    return ""s + type + static_cast<char>(data.size() >> 8) + static_cast<char>(data.size() & 0xFF) + data;
}

// In memory of just its size, so that the address sanitizer sees a byte too many.
std::optional<proxy_header> parse(char command, char family, const std::string& rest) {
    const auto exact = std::make_unique<char[]>(rest.size());
    rest.copy(exact.get(), rest.size());
    return parse_proxy_v2(start(command, family, rest.size()), {exact.get(), rest.size()});
}

std::string tls(char flags, char verify, const std::string& more = {}) {
    return value(0x20, ""s + flags + "\0\0\0"s + verify + more);
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_header_)

BOOST_AUTO_TEST_CASE(addresses_of_version_2) {
    const auto v4 = parse(0x21, 0x11, v4_addresses);
    BOOST_TEST_REQUIRE((v4 && v4->peer));
    BOOST_TEST(v4->peer->place() == "203.0.113.7:4711");
    const auto v6 = parse(0x21, 0x21, std::string(15, '\0') + '\1' + std::string(15, '\0') + "\1\x12\x67\x07\x5B"s);
    BOOST_TEST_REQUIRE((v6 && v6->peer));
    BOOST_TEST(v6->peer->place() == "::1:4711");
    for (const auto& itself : {parse(0x20, 0x00, ""), parse(0x20, 0x11, v4_addresses), parse(0x20, 0x11, "x"),
                               parse(0x21, 0x00, ""), parse(0x21, 0x31, std::string(216, 'x'))})
        BOOST_TEST((itself && !itself->peer));
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_header_is_refused) {
    const auto whole = v4_addresses + tls(5, 0, value(0x22, "ann") + value(0x21, "TLSv1.3"));
    BOOST_TEST((parse(0x21, 0x11, whole) && parse(0x21, 0x11, whole)->common_name == "ann"));
    for (std::size_t size = 0; size < whole.size(); ++size)
        if (size != v4_addresses.size()) BOOST_TEST(!parse(0x21, 0x11, whole.substr(0, size)), size);
}

BOOST_AUTO_TEST_CASE(lengths_past_the_end_are_refused) {
    for (const auto& inner : {"\x22"s, "\x22\0"s, "\x22\0\5abcd"s, "\x22\xFF\xFF"s, "\x22\0\4abcd\0"s})
        BOOST_TEST(!parse(0x21, 0x11, v4_addresses + tls(5, 0, inner)));
    for (const auto& outer : {"\4"s, "\4\0"s, "\4\0\1"s, "\x20\0\4abcd"s, "\x20\xFF\xFF\5"s})
        BOOST_TEST(!parse(0x21, 0x11, v4_addresses + outer));
    BOOST_TEST(!parse_proxy_v2(start(0x21, 0x11, 20), v4_addresses)); // another size than it says
}

BOOST_AUTO_TEST_CASE(a_certificate_counts_when_it_was_verified) {
    const auto of = [](char flags, char verify) {
        return *parse(0x21, 0x11, v4_addresses + tls(flags, verify, value(0x22, "ann")));
    };
    BOOST_TEST(of(5, 0).common_name == "ann");
    for (const auto& [flags, verify] : {std::pair<char, char>{5, 1}, {4, 0}, {1, 0}, {3, 0}}) {
        BOOST_TEST(!of(flags, verify).certified);
        BOOST_TEST(of(flags, verify).common_name == "");
    }
    BOOST_TEST((of(1, 0).tls && !of(4, 0).tls));
    BOOST_TEST(!parse(0x21, 0x11, v4_addresses + tls(5, 0) + tls(5, 0)));
    BOOST_TEST(!parse(0x21, 0x11, v4_addresses + tls(5, 0, value(0x22, "a") + value(0x22, "b"))));
    BOOST_TEST(!parse(0x21, 0x11, v4_addresses + tls(5, 0, value(0x22, "a\nb"))));
}

BOOST_AUTO_TEST_CASE(version_1) {
    BOOST_TEST(parse_proxy_v1("PROXY TCP4 203.0.113.7 127.0.0.1 4711 1883\r\n")->peer->place() == "203.0.113.7:4711");
    BOOST_TEST(parse_proxy_v1("PROXY TCP6 2001:db8::1 ::1 4711 1883\r\n")->peer->place() == "2001:db8::1:4711");
    BOOST_TEST((parse_proxy_v1("PROXY UNKNOWN\r\n") && !parse_proxy_v1("PROXY UNKNOWN\r\n")->peer));
    for (const char* wrong :
         {"", "\r\n", "PROXY", "PROXY \r\n", "PROXY TCP4\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n",
          "PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n1", "PROXY TCP4 1.1.1.1 1.1.1.1 1 1 1\r\n",
          "PROXY TCP4 1.1.1.1 1.1.1.1 -1 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 1 65536\r\n", "PROXY TCP4 ::1 ::1 1 1\r\n",
          "PROXY TCP6 1.1.1.1 1.1.1.1 1 1\r\n", "PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n"})
        BOOST_TEST(!parse_proxy_v1(wrong), wrong);
}

BOOST_AUTO_TEST_CASE(what_cannot_become_a_header_is_seen_at_once) {
    BOOST_TEST((may_begin_proxy(1, "") && may_begin_proxy(1, "PRO") && may_begin_proxy(1, "PROXY TCP4")));
    BOOST_TEST((may_begin_proxy(2, signature.substr(0, 5)) && may_begin_proxy(2, signature + "x")));
    BOOST_TEST((!may_begin_proxy(1, "\x10") && !may_begin_proxy(2, "PROXY ") && !may_begin_proxy(2, "\r\n\r\n\r")));
    BOOST_TEST((proxy_v2_rest(start(0x21, 0x11, 2048)) && !proxy_v2_rest(start(0x21, 0x11, 2049))));
}

BOOST_AUTO_TEST_SUITE_END()
