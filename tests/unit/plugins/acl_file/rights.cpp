// A client's rights: the same answers as the acl, and what a cache may conclude.
#include "tests/unit/plugins/acl_file/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::acl_file;
using namespace nightjar::plugins::acl_file::test;

namespace {

const char* const everything = "topic read a/#\nuser bob\ntopic write a/+\ntopic deny a/x\npattern read dev/%c/#\n"
                               "pattern write u/%u\npattern deny dev/+/x\n";

bool same(const std::shared_ptr<const acl>& a, const char* user, const char* client, const char* other_user,
          const char* other_client) {
    return rights(a, user, client).same_as(rights(a, other_user, other_client));
}

} // namespace

BOOST_AUTO_TEST_SUITE(acl_rights)

BOOST_AUTO_TEST_CASE(the_same_answers_as_the_acl) {
    const auto a = make(everything);
    for (const char* user : {"", "bob", "alice", "#"})
        for (const char* client : {"c1", "bob", "+", "a/b", ""}) {
            const rights r(a, user, client);
            for (const char* topic : {"a", "a/b", "a/x", "dev/c1/a", "dev/c1/x", "u/bob", "u/alice", "$SYS/a", "$a"})
                for (const auto wanted : {access::read, access::write})
                    BOOST_TEST(answer(r.check(wanted, topic)) == answer(a->check(wanted, user, client, topic)));
        }
}

BOOST_AUTO_TEST_CASE(they_keep_their_acl_and_their_names) {
    auto a = make(everything);
    auto r = [&] {
        const std::string user = "bob", client = "a client id that is too long for the string itself";
        return rights(a, user, client);
    }();
    a.reset();
    const auto moved = std::move(r);
    BOOST_TEST(answer(moved.check(access::write, "u/bob")) == "allowed 6");
    BOOST_TEST(answer(moved.check(access::read, "dev/a client id that is too long for the string itself")) ==
               "allowed 5");
    BOOST_TEST(moved.check(access::write, "a/b").text == "topic write a/+");
}

BOOST_AUTO_TEST_CASE(they_tell_which_acl_they_are_of) {
    const auto a = make(everything), b = make(everything);
    BOOST_TEST((rights(a, "bob", "c").source() == a));
    BOOST_TEST(!rights(a, "bob", "c").same_as(rights(b, "bob", "c")));
}

BOOST_AUTO_TEST_CASE(without_patterns_the_client_id_does_not_matter) {
    const auto a = make("topic read a\nuser bob\ntopic read b\n");
    BOOST_TEST(!a->depends_on_client_id());
    BOOST_TEST(same(a, "bob", "c1", "bob", "#"));
    BOOST_TEST(same(a, "alice", "c1", "carol", "c2")); // neither has a list
    BOOST_TEST(!same(a, "bob", "c1", "", "c1"));
    BOOST_TEST(!same(a, "bob", "c1", "alice", "c1"));
}

BOOST_AUTO_TEST_CASE(with_patterns_it_matters_as_far_as_they_name_it) {
    BOOST_TEST(make("pattern read a\n")->depends_on_client_id()); // a + or # in it
    const auto common = make("pattern read a\n");
    BOOST_TEST(same(common, "bob", "c1", "alice", "c2"));
    BOOST_TEST(!same(common, "bob", "c1", "bob", "#"));
    BOOST_TEST(same(common, "bob", "+", "#", "c1")); // nothing for both
    const auto by_client = make("pattern read %c\n");
    BOOST_TEST(same(by_client, "bob", "c1", "alice", "c1"));
    BOOST_TEST(!same(by_client, "bob", "c1", "bob", "c2"));
    const auto by_user = make("pattern read %u\n");
    BOOST_TEST(same(by_user, "bob", "c1", "bob", "c2"));
    BOOST_TEST(!same(by_user, "bob", "c1", "alice", "c1"));
    BOOST_TEST(same(by_user, "", "c1", "", "c2"));
}

BOOST_AUTO_TEST_SUITE_END()
