// Base64: the vectors of RFC 4648, both paddings, what is none.
#include "broker/plugins/password_file/base64.hpp"

#include <utility>

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::password_file;

namespace {

short_bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

bool decodes(std::string_view text, padding fill) {
    short_bytes out;
    return decode_base64(text, fill, out);
}

} // namespace

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(vectors_of_the_rfc) {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, full] : vectors) {
        const std::string bare(full, std::string_view(full).find_last_not_of('=') + 1);
        BOOST_TEST(encode_base64(bytes_of(plain), padding::full) == full);
        BOOST_TEST(encode_base64(bytes_of(plain), padding::none) == bare);
        short_bytes out;
        BOOST_TEST((decode_base64(full, padding::full, out) && out == bytes_of(plain)));
        BOOST_TEST((decode_base64(bare, padding::none, out) && out == bytes_of(plain)));
        if (bare == full) continue;
        BOOST_TEST(!decodes(full, padding::none));
        BOOST_TEST(!decodes(bare, padding::full));
    }
}

BOOST_AUTO_TEST_CASE(every_byte_comes_back) {
    for (int first = 0; first < 256; first += 4) {
        short_bytes bytes;
        for (int i = 0; i < 64; ++i) bytes.push_back(static_cast<std::uint8_t>(first + i * 37));
        for (const auto fill : {padding::full, padding::none}) {
            short_bytes out;
            BOOST_TEST((decode_base64(encode_base64(bytes, fill), fill, out) && out == bytes));
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_none) {
    for (const char* text : {"Zg=", "Zg", "Z===", "====", "=", "Zg==Zg==", "Zm9v=", "Zm 9", "Zm-_", "Zm9\xC3", "Z=g="})
        BOOST_TEST(!decodes(text, padding::full), text);
    for (const char* text : {"Z", "Zm9vZ", "Zg==", "Zm9v\n"}) BOOST_TEST(!decodes(text, padding::none), text);
}

BOOST_AUTO_TEST_CASE(holds_sixty_four_bytes) {
    BOOST_TEST(decodes(std::string(86, 'A'), padding::none)); // 64
    BOOST_TEST(!decodes(std::string(87, 'A'), padding::none));
    BOOST_TEST(!decodes(std::string(100'000, 'A'), padding::full));
}

BOOST_AUTO_TEST_SUITE_END()
