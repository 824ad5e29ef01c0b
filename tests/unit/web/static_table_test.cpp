#include "web/static_table.hpp"

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

using namespace nightjar;
using namespace nightjar::web;
namespace fs = std::filesystem;

namespace {

// A site in a temporary directory, beside a secret.
struct site {
    fs::path base, root;
    log::logger log;

    site() {
        std::string pattern = (fs::temp_directory_path() / "nightjar-web-XXXXXX").string();
        base = mkdtemp(pattern.data());
        root = base / "www";
        write("www/index.html", "<h1>page</h1>");
        write("www/index.html.gz", "compressed page");
        write("www/js/page.js", "let a;");
        write("www/iot/mqtt.html", "old page");
        write("www/help/index.html", "help");
        write("www/lone.gz", "not a sibling");
        write("www/.htpasswd", "secret");
        write("www/.git/config", "secret");
        write("www-x/secret.txt", "secret");
        fs::create_symlink("../www-x/secret.txt", root / "leak.txt");
        fs::create_directory_symlink("../www-x", root / "leak");
        fs::create_symlink("js/page.js", root / "same.js");
        fs::create_symlink("gone", root / "dangling");
    }
    ~site() { fs::remove_all(base); }

    void write(const fs::path& name, std::string_view text) const {
        fs::create_directories((base / name).parent_path());
        std::ofstream(base / name, std::ios::binary) << text;
    }
};

request get(std::string path) {
    request what;
    what.method = "GET";
    what.path = std::move(path);
    return what;
}

std::string field(const response& answer, std::string_view name) {
    for (const auto& [key, value] : answer.fields)
        if (key == name) return value;
    return {};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(static_files, site)

BOOST_AUTO_TEST_CASE(serves_files_and_directory_indexes) {
    const static_table table(root, log);
    const auto page = table.serve(get("/"));
    BOOST_TEST(page.status == 200U);
    BOOST_TEST(page.content() == "<h1>page</h1>");
    BOOST_TEST(page.content_type == "text/html; charset=utf-8");
    BOOST_TEST(field(page, "Cache-Control") == "no-cache");
    BOOST_TEST(field(page, "Content-Security-Policy").find("default-src 'self'") == 0U);
    BOOST_TEST(table.serve(get("/index.html")).content() == page.content());
    BOOST_TEST(table.serve(get("/js/page.js")).content_type == "text/javascript; charset=utf-8");
    BOOST_TEST(table.serve(get("/iot")).content() == "old page");
    BOOST_TEST(table.serve(get("/iot/mqtt.html")).content() == "old page");
    BOOST_TEST(table.serve(get("/help")).content() == "help");
    BOOST_TEST(table.serve(get("/same.js")).content() == "let a;");
    BOOST_TEST(table.serve(get("/lone.gz")).content() == "not a sibling");
}

BOOST_AUTO_TEST_CASE(serves_nothing_else) {
    const static_table table(root, log);
    for (const char* path : {"/leak.txt", "/leak/secret.txt", "/.htpasswd", "/.git/config", "/../www-x/secret.txt",
                             "/js", "/js/../index.html", "/..", "/etc/passwd", "/dangling", "/INDEX.HTML", "",
                             "/index.html.gz", "//index.html", "/js\\page.js"}) {
        BOOST_TEST(!table.contains(path), path);
        BOOST_TEST(table.serve(get(path)).status == 404U, path);
    }
}

BOOST_AUTO_TEST_CASE(one_page_for_all_below_a_directory) {
    write("www/client/index.html", "which?");
    write("www/client/{...}.html", "this one");
    write("www/client/{...}.html.gz", "compressed");
    write("www/client/help.txt", "help");
    const static_table table(root, log);
    BOOST_TEST(table.serve(get("/client")).content() == "which?");
    BOOST_TEST(table.serve(get("/client/lamp 1")).content() == "this one");
    BOOST_TEST(table.serve(get("/client/house/lamp")).content() == "this one");
    BOOST_TEST(table.serve(get("/client/lamp 1")).content_type == "text/html; charset=utf-8");
    BOOST_TEST(table.serve(get("/client/help.txt")).content() == "help");
    auto what = get("/client/lamp");
    what.accept_encoding = "gzip";
    BOOST_TEST(table.serve(what).content() == "compressed");
    for (const char* path : {"/clients", "/clients/lamp", "/other/lamp", "/lamp"})
        BOOST_TEST(!table.contains(path), path);
}

BOOST_AUTO_TEST_CASE(compressed_for_those_who_take_it) {
    const static_table table(root, log);
    auto what = get("/");
    const auto plain = table.serve(what);
    what.accept_encoding = "gzip, br";
    const auto compressed = table.serve(what);
    BOOST_TEST(compressed.content() == "compressed page");
    BOOST_TEST(field(compressed, "Content-Encoding") == "gzip");
    BOOST_TEST(field(compressed, "Vary") == "Accept-Encoding");
    BOOST_TEST(field(plain, "Vary") == "Accept-Encoding");
    BOOST_TEST(field(plain, "Content-Encoding") == "");
    BOOST_TEST(field(compressed, "ETag") != field(plain, "ETag"));
    what.path = "/js/page.js";
    BOOST_TEST(field(table.serve(what), "Content-Encoding") == "");
}

BOOST_AUTO_TEST_CASE(not_modified) {
    auto what = get("/");
    std::string tag;
    {
        const static_table table(root, log);
        tag = field(table.serve(what), "ETag");
        what.if_none_match = "\"other\", " + tag;
        const auto same = table.serve(what);
        BOOST_TEST(same.status == 304U);
        BOOST_TEST(same.content() == "");
        BOOST_TEST(field(same, "ETag") == tag);
    }
    write("www/index.html", "<h1>pagf</h1>"); // same length
    const static_table changed(root, log);
    BOOST_TEST(changed.serve(what).status == 200U);
}

BOOST_AUTO_TEST_CASE(size_limit_and_missing_directory) {
    const static_table table(root, log, 20);
    BOOST_TEST(table.size() < 3U);
    BOOST_CHECK_THROW(static_table(root / "nothing", log), fs::filesystem_error);
    BOOST_CHECK_THROW(static_table(root / "index.html", log), fs::filesystem_error);
}

BOOST_AUTO_TEST_SUITE_END()
