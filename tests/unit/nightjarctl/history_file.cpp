#include "tools/nightjarctl/history_file.hpp"
#include "tools/nightjarctl/progress.hpp"

#include <sstream>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

using namespace nightjar::ctl;

namespace {

// "LINE JSON" or "LINE! why" of each row.
std::vector<std::string> rows_of(const std::string& text, history_format format) {
    std::istringstream in(text);
    history_file file(in, format);
    std::vector<std::string> rows;
    for (history_row row; file.next(row);)
        rows.push_back(std::to_string(row.line) + (row.wrong.empty() ? " " + row.json : "! " + row.wrong));
    return rows;
}

void check(const std::vector<std::string>& got, const std::vector<std::string>& wanted) {
    BOOST_TEST(got == wanted, boost::test_tools::per_element());
}

} // namespace

BOOST_AUTO_TEST_SUITE(history_file_)

BOOST_AUTO_TEST_CASE(csv) {
    check(rows_of("sensor,Value, t ,colour,name\r\n3,1,5,red,\r\n\r\n4,\"2\",6,\"a,b\",\"x\"\"y\nz\"\n5,3,7,,n",
                  history_format::csv),
          {R"(2 {"sensor":"3","value":"1","t":"5"})", R"(4 {"sensor":"4","value":"2","t":"6","name":"x\"y\nz"})",
           R"(6 {"sensor":"5","value":"3","t":"7","name":"n"})"});
}

BOOST_AUTO_TEST_CASE(wrong_csv) {
    check(
        rows_of("sensor,value,t\n1,2\n1,2,3,4\n1,\"2,3\n", history_format::csv),
        {"2! 2 fields where the heading has 3.", "3! 4 fields where the heading has 3.", "4! a quote is not closed."});
    for (const char* heading : {"", "sensor,t\n", "value,t\n", "sensor,value\n", "\"sensor,value,t\n"}) {
        std::istringstream in(heading);
        BOOST_CHECK_THROW(history_file(in, history_format::csv), std::runtime_error);
    }
}

BOOST_AUTO_TEST_CASE(ndjson) {
    const std::string long_one(400'001, 'x');
    check(rows_of("{\"a\":1}\r\n\n" + long_one + "\nnot json", history_format::ndjson),
          {"1 {\"a\":1}", "3! it is longer than 400000 bytes.", "4 not json"});
}

BOOST_AUTO_TEST_CASE(what_a_file_is) {
    using nightjar::ctl::history_format;
    BOOST_TEST((history_format_of("\n {\"sensor\":3}") == history_format::ndjson));
    BOOST_TEST((history_format_of("\xEF\xBB\xBFsensor,VALUE,t\r\n1,2,3") == history_format::csv));
    for (const std::string_view other : {std::string_view(""), std::string_view("\x00\xB5\x00mosquitto db value", 21),
                                         std::string_view("sensor,t\nvalue")})
        BOOST_TEST(!history_format_of(other));
}

BOOST_AUTO_TEST_CASE(the_bar_fits_its_line) {
    BOOST_TEST(progress::line(0.5, 20, 2, 50) == "[########        ]  50 %  20 values, 10 a second");
    BOOST_TEST(progress::line(-1, 20, 0.5, 50) == "20 values");
    for (const std::size_t width : {0U, 1U, 5U, 20U, 40U, 80U, 300U})
        for (const double part : {-1.0, 0.0, 0.3, 1.0, 7.0})
            BOOST_TEST(progress::line(part, 123'456'789, 100, width).size() < std::max<std::size_t>(width, 1));
}

BOOST_AUTO_TEST_SUITE_END()
