// Prometheus' text format: families, labels, what has to be escaped, numbers that are none.
#include "broker/text/metrics_writer.hpp"

#include <limits>

#include <boost/test/unit_test.hpp>

using nightjar::text::metrics_writer;
using kind = metrics_writer::kind;

namespace {

std::string number(double value) {
    metrics_writer out;
    out.family("n", kind::gauge, "h").sample(value);
    const auto text = out.take();
    return text.substr(text.rfind(' ') + 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics_writer_)

BOOST_AUTO_TEST_CASE(a_family_and_its_sample) {
    metrics_writer out;
    out.family("a_total", kind::counter, "All of a.").sample(7U);
    out.family("b", kind::gauge, "B.").sample(2.5);
    out.family("c", kind::untyped, "C.");
    BOOST_TEST(out.take() == "# HELP a_total All of a.\n# TYPE a_total counter\na_total 7\n"
                             "# HELP b B.\n# TYPE b gauge\nb 2.5\n"
                             "# HELP c C.\n# TYPE c untyped\n");
}

BOOST_AUTO_TEST_CASE(samples_with_labels) {
    metrics_writer out;
    out.family("a", kind::gauge, "A.").sample({{"x", "1"}}, 1U).sample({{"x", "2"}, {"y", ""}}, 2U);
    BOOST_TEST(out.take() == "# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\",y=\"\"} 2\n");
}

BOOST_AUTO_TEST_CASE(what_would_end_a_text_is_escaped) {
    metrics_writer out;
    out.family("a", kind::gauge, "a \"b\" \\ c\nd").sample({{"x", "a \"b\" \\ c\nd"}}, 1U);
    BOOST_TEST(out.take() == "# HELP a a \"b\" \\\\ c\\nd\n# TYPE a gauge\na{x=\"a \\\"b\\\" \\\\ c\\nd\"} 1\n");
}

BOOST_AUTO_TEST_CASE(numbers) {
    BOOST_TEST(number(0) == "0\n");
    BOOST_TEST(number(-0.25) == "-0.25\n");
    BOOST_TEST(number(1769612875) == "1769612875\n");
    BOOST_TEST(number(std::numeric_limits<double>::quiet_NaN()) == "NaN\n");
    BOOST_TEST(number(std::numeric_limits<double>::infinity()) == "+Inf\n");
    BOOST_TEST(number(-std::numeric_limits<double>::infinity()) == "-Inf\n");
    metrics_writer out;
    out.family("n", kind::counter, "h").sample(std::numeric_limits<std::uint64_t>::max());
    BOOST_TEST(out.take().ends_with("n 18446744073709551615\n"));
}

BOOST_AUTO_TEST_CASE(a_part_of_somebody_else) {
    metrics_writer out;
    out.append("").append("a 1\n").append("b 2").family("c", kind::gauge, "C.").sample_text({}, "1.50");
    BOOST_TEST(out.take() == "a 1\nb 2\n# HELP c C.\n# TYPE c gauge\nc 1.50\n");
}

BOOST_AUTO_TEST_SUITE_END()
