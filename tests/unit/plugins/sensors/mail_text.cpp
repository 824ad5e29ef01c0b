// Mails: no text of a device can become a header, and every reader gets the text back (features A-39).
#include "broker/plugins/sensors/mail_text.hpp"

#include "broker/text/base64.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::plugins::sensors;

namespace {

// What a mail program makes of an encoded subject (RFC 2047: white space between two words does not count).
std::string decoded(std::string_view subject) {
    constexpr std::string_view begin = "=?UTF-8?B?", end = "?=";
    std::string out;
    while (!subject.empty()) {
        BOOST_REQUIRE(subject.starts_with(begin));
        const auto stop = subject.find(end, begin.size());
        BOOST_REQUIRE(stop != std::string_view::npos);
        BOOST_TEST(stop + end.size() <= 75U);
        out += text::base64_decode(subject.substr(begin.size(), stop - begin.size())).value();
        subject.remove_prefix(stop + end.size());
        if (subject.empty()) break;
        BOOST_REQUIRE(subject.starts_with("\r\n "));
        subject.remove_prefix(3);
    }
    return out;
}

mail plain() {
    return {"nightjar@example.org", "op@example.org", "hot", "It is 40 °C.\n", "nightjar.1", 1'769'612'875'000};
}

} // namespace

BOOST_AUTO_TEST_SUITE(mail_text_)

BOOST_AUTO_TEST_CASE(a_whole_mail) {
    BOOST_TEST(mail_text(plain()) == "Date: Wed, 28 Jan 2026 15:07:55 +0000\r\n"
                                     "From: <nightjar@example.org>\r\n"
                                     "To: <op@example.org>\r\n"
                                     "Subject: hot\r\n"
                                     "Message-ID: <nightjar.1@example.org>\r\n"
                                     "MIME-Version: 1.0\r\n"
                                     "Content-Type: text/plain; charset=utf-8\r\n"
                                     "Content-Transfer-Encoding: base64\r\n"
                                     "Auto-Submitted: auto-generated\r\n"
                                     "\r\n" +
                                         text::base64_encode("It is 40 °C.\n") + "\r\n");
}

BOOST_AUTO_TEST_CASE(a_line_break_in_a_subject_is_none) {
    for (const char* evil : {"a\r\nBcc: everybody@x", "a\nBcc: x@y", "a\rBcc: x@y", "a\r\n\r\nbody", "a\x7F\x1B[2J"}) {
        const auto got = encoded_subject(evil);
        BOOST_TEST(got.find_first_of("\r\n\x7F\x1B") == std::string::npos, evil);
        auto m = plain();
        m.subject = evil;
        const auto text = mail_text(m);
        BOOST_TEST(text.find("\r\nBcc:") == std::string::npos);
        BOOST_TEST(text.find("\r\n\r\n") == text.rfind("\r\n\r\n"));
    }
}

BOOST_AUTO_TEST_CASE(other_letters_are_encoded_and_come_back) {
    for (const std::string text :
         {"Capteur Humidité Salon", "거실 온도가 너무 높습니다 거실 온도가 너무 높습니다 거실 온도가 너무 높습니다",
          "=?UTF-8?B?QmNj?= looks encoded",
          "a plain subject that is rather longer than what fits into a line of a mail"})
        BOOST_TEST(decoded(encoded_subject(text)) == text);
}

BOOST_AUTO_TEST_CASE(ill_formed_letters_are_replaced) {
    BOOST_TEST(encoded_subject("a\xFF\xC3") == "a??");
    std::string cut(100, 'x');
    cut += "\xE2\x82"; // not a whole character
    BOOST_TEST(decoded(encoded_subject(cut)) == std::string(100, 'x') + "??");
}

BOOST_AUTO_TEST_CASE(lines_of_a_long_body_are_short) {
    auto m = plain();
    m.body = std::string(10'000, '.') + "\r\n.\r\nQUIT\r\n";
    const auto text = mail_text(m);
    const auto body = text.substr(text.find("\r\n\r\n") + 4);
    std::string joined;
    for (std::size_t at = 0; at < body.size();) {
        const auto end = body.find("\r\n", at);
        BOOST_REQUIRE(end != std::string::npos);
        BOOST_TEST(end - at <= 76U);
        joined += body.substr(at, end - at);
        at = end + 2;
    }
    BOOST_TEST(text::base64_decode(joined).value() == m.body);
}

BOOST_AUTO_TEST_CASE(addresses) {
    for (const char* good : {"op@example.org", "a.b+c@x", "o'hara@x-y.example", "op@localhost"})
        BOOST_TEST(is_mail_address(good), good);
    for (const char* bad : {"", "op", "@x", "op@", "a@b@c", "op@x\r\nBcc: y@z", "op @x", "<op@x>", "op@x,y@z", "ö@x",
                            "op@x>", "\"a b\"@x", "op@x\n"})
        BOOST_TEST(!is_mail_address(bad), bad);
    BOOST_TEST(!is_mail_address(std::string(255, 'a') + "@x"));
}

BOOST_AUTO_TEST_SUITE_END()
