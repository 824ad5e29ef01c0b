#include "broker/codec/frame.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace nightjar::codec;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(frame_)

BOOST_AUTO_TEST_CASE(lengths_of_one_to_four_bytes) {
    const std::pair<std::string, std::uint32_t> cases[] = {{"\x30\0"s, 0},
                                                           {"\x30\x7f"s, 127},
                                                           {"\x30\x80\1"s, 128},
                                                           {"\x30\xff\x7f"s, 16'383},
                                                           {"\x30\x80\x80\1"s, 16'384},
                                                           {"\x30\xff\xff\xff\x7f"s, max_remaining_length}};
    for (const auto& [text, length] : cases) {
        const auto read = read_fixed_header(text);
        BOOST_REQUIRE(read && *read);
        BOOST_TEST((**read).remaining_length == length);
        BOOST_TEST((**read).header_size == text.size());
        for (std::size_t cut = 0; cut < text.size(); ++cut) {
            const auto less = read_fixed_header(bytes(text).substr(0, cut));
            BOOST_REQUIRE(less.has_value());
            BOOST_TEST(!less->has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_length_of_five_bytes_is_malformed) { // [MQTT-2.2.3]
    BOOST_TEST((read_fixed_header("\x30\x80\x80\x80\x80\1"s).error() == error::malformed_remaining_length));
    BOOST_TEST((read_fixed_header("\x10\xff\xff\xff\xff"s).error() == error::malformed_remaining_length));
}

BOOST_AUTO_TEST_SUITE_END()
