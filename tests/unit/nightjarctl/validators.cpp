#include "tools/nightjarctl/validators.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::ctl;

namespace {

void check(const CLI::Validator& validator, const std::vector<std::string>& good, const std::vector<std::string>& bad) {
    for (auto text : good) BOOST_TEST(validator(text) == "", text);
    for (auto text : bad) BOOST_TEST(validator(text) != "", text);
    BOOST_TEST(validator.get_description() == ""); // --help stays as it is
}

} // namespace

BOOST_AUTO_TEST_SUITE(validators)

BOOST_AUTO_TEST_CASE(each) {
    check(finite_number(), {"0", "-1.5", "1e300"}, {"", "nan", "inf", "-inf", "1e400", "x", "1x"});
    check(topic_name(), {"a", "/", "a/b c"}, {"", "+", "a/#", "a+b", "\xFF"});
    check(topic_level(), {"a", "a b", "$x"}, {"", "/", "a/b", "+", "#", "a#"});
    check(topic_filter(), {"#", "+", "a/+/#", "$SYS/#"}, {"", "a#", "#/a", "a+", "a/#/b"});
    check(rest_address(), {"http://box", "https://[::1]:8000/"}, {"", "box", "http://ann@box"});
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_value) {
    std::string text = "a/b";
    BOOST_TEST(topic_level()(text) == "\"a/b\" is not one level of a topic: not empty, without / + #");
}

BOOST_AUTO_TEST_SUITE_END()
