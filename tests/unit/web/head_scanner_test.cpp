#include "web/head_scanner.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

using nightjar::web::head_scanner;
using state = head_scanner::state;

BOOST_AUTO_TEST_SUITE(head_scanning)

namespace {

state scan(std::string_view bytes) { return head_scanner(8192, 100).scan(bytes); }

} // namespace

BOOST_AUTO_TEST_CASE(finds_the_end_however_the_bytes_come) {
    const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const std::string bytes = head + "rest";
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        head_scanner scanner(8192, 100);
        state now = state::incomplete;
        for (std::size_t size = step; now == state::incomplete; size += step)
            now = scanner.scan(std::string_view(bytes).substr(0, std::min(size, bytes.size())));
        BOOST_TEST((now == state::complete));
        BOOST_TEST(scanner.size() == head.size());
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_parsers_read_differently) {
    using namespace std::string_view_literals;
    for (const auto bad :
         {"GET / HTTP/1.1\nHost: a\r\n\r\n"sv, "GET / HTTP/1.1\r\nHost: a\n\r\n"sv, "GET /\rX\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"sv, "GET / HTTP/1.1\r\n\tfolded\r\n\r\n"sv,
          "GET /\0 HTTP/1.1\r\n\r\n"sv, "\r\nGET / HTTP/1.1\r\n\r\n"sv})
        BOOST_TEST((scan(bad) == state::malformed), bad);
}

BOOST_AUTO_TEST_CASE(size_limit) {
    BOOST_TEST((scan("GET /" + std::string(9000, 'a')) == state::too_large));
    const std::string head = "GET / HTTP/1.1\r\n\r\n";
    BOOST_TEST((head_scanner(head.size(), 100).scan(head) == state::complete));
    BOOST_TEST((head_scanner(head.size() - 1, 100).scan(head) == state::too_large));
}

BOOST_AUTO_TEST_CASE(field_limit) {
    const auto with_fields = [](int count) {
        std::string head = "GET / HTTP/1.1\r\n";
        for (int i = 0; i < count; ++i) head += "A: b\r\n";
        return head + "\r\n";
    };
    BOOST_TEST((scan(with_fields(100)) == state::complete));
    BOOST_TEST((scan(with_fields(101)) == state::too_many_fields));
}

BOOST_AUTO_TEST_SUITE_END()
