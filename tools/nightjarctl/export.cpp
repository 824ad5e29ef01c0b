// nightjarctl export: the stored values as CSV or NDJSON, page by page as the server sends them. The first row of each
// sensor also says what the sensor is, so that an import into an empty broker makes the same one.
#include "broker/text/json_writer.hpp"
#include "broker/text/percent.hpp"
#include "storage/recovery.hpp"
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/http_client.hpp"
#include "tools/nightjarctl/progress.hpp"
#include "tools/nightjarctl/table.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nightjar::ctl {

namespace {

constexpr const char* not_the_list = "the server's answer is not the list it should be";
constexpr const char* sensor_fields[] = {"type", "name", "device", "source", "topic"};
constexpr std::string_view columns = "id,sensor,value,unit,created_at"; // the server's
constexpr std::string_view more_columns = ",type,name,device,source,topic", no_fields = ",,,,,";

struct arguments {
    rest_access where;
    std::string format = "csv", output = "-", from, to;
    std::optional<std::uint32_t> sensor;
    bool as_json = false;
};

// What a row is about.
struct subject {
    std::uint64_t id = 0; // of the value
    std::uint32_t sensor = 0;

    static subject of_csv(std::string_view row) {
        subject s;
        const auto* end = row.data() + row.size();
        const auto id = std::from_chars(row.data(), end, s.id);
        if (id.ptr == end || std::from_chars(id.ptr + 1, end, s.sensor).ec != std::errc())
            throw std::runtime_error(not_the_list);
        return s;
    }
    static subject of_json(std::string_view line) {
        const auto parsed = boost::json::parse({line.data(), line.size()});
        const auto& row = parsed.as_object();
        return {row.at("id").to_number<std::uint64_t>(), row.at("sensor").to_number<std::uint32_t>()};
    }
};

// Takes the first row off the page, without the end of its line. A quoted field of CSV may hold such ends.
std::string_view take_row(std::string_view& page, bool csv) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < page.size() && (quoted || page[end] != '\n'); ++end)
        if (csv && page[end] == '"') quoted = !quoted;
    auto row = page.substr(0, end);
    page.remove_prefix(std::min(end + 1, page.size()));
    if (csv && row.ends_with('\r')) row.remove_suffix(1);
    return row;
}

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

// Where the rows go; says so if they cannot.
class output {
  public:
    explicit output(const std::string& name)
        : name_(name), file_(name == "-" ? stdout : std::fopen(name.c_str(), "w")) {
        if (file_ == nullptr) fail();
    }
    ~output() {
        if (file_ != nullptr && file_ != stdout) std::fclose(file_);
    }
    output(const output&) = delete;
    output& operator=(const output&) = delete;

    bool is_terminal() const { return ::isatty(::fileno(file_)) == 1; }
    bool is_standard_output() const { // /dev/stdout, say
        struct stat own = {}, standard = {};
        return ::fstat(::fileno(file_), &own) == 0 && ::fstat(STDOUT_FILENO, &standard) == 0 &&
               own.st_dev == standard.st_dev && own.st_ino == standard.st_ino;
    }
    void write(std::string_view text) {
        if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail();
    }
    void finish() {
        if (std::fflush(file_) != 0) fail();
        if (file_ != stdout && std::fclose(std::exchange(file_, nullptr)) != 0) fail();
    }

  private:
    [[noreturn]] void fail() const {
        const std::error_code error(errno, std::generic_category());
        throw std::runtime_error(
            fmt::format("cannot write {}: {}", name_ == "-" ? "standard output" : name_, error.message()));
    }
    const std::string name_;
    std::FILE* file_;
};

std::string list_path(const arguments& a, std::string_view format, std::string_view order, int limit) {
    auto path = a.sensor ? fmt::format("/api/monitoring/sensors/{}/measurements/", *a.sensor)
                         : std::string("/api/monitoring/measurements/");
    path += fmt::format("?format={}&order={}&limit={}", format, order, limit);
    for (const auto& [name, text] : {std::pair("from", &a.from), std::pair("to", &a.to)})
        if (!text->empty()) path += fmt::format("&{}={}", name, text::percent_encode(*text));
    return path;
}

// The last value there is; 0: none.
std::uint64_t find_newest(const arguments& a) {
    for (auto path = list_path(a, "json", "desc", 1); !path.empty();) {
        const auto page = boost::json::parse(get_page(a.where, path));
        if (page.as_array().empty()) continue; // the server's time was up before it found one
        return page.as_array().front().as_object().at("id").to_number<std::uint64_t>();
    }
    return 0;
}

class exporter {
  public:
    // Empties the file. What is newer than `newest` is not waited for.
    exporter(const arguments& a, std::uint64_t newest)
        : a_(a), newest_(newest), csv_(a.format == "csv"), out_(a.output), values_alone_(out_.is_standard_output()),
          bar_(values_alone_ && out_.is_terminal()) {}

    int run() {
        if (csv_) out_.write(fmt::format("{}{}\r\n", columns, more_columns));
        auto path = list_path(a_, a_.format, "asc", 10'000);
        while (newest_ != 0 && !path.empty() && !over_) {
            const auto page = get_page(a_.where, path);
            write_page(page);
            bar_.show(
                newest_ == oldest_ ? 1 : static_cast<double>(last_ - oldest_) / static_cast<double>(newest_ - oldest_),
                count_);
        }
        out_.finish();
        bar_.clear();
        if (!values_alone_) report();
        return 0;
    }

  private:
    void report() const {
        if (!a_.as_json) return fmt::print("exported {} value{} to {}\n", count_, count_ == 1 ? "" : "s", a_.output);
        text::json_writer out;
        out.begin_object().field("exported", count_).field("file", a_.output).field("format", a_.format);
        fmt::print("{}\n", out.end_object().text());
    }

    void write_page(std::string_view page) {
        if (csv_ && take_row(page, csv_) != columns) throw std::runtime_error(not_the_list);
        while (!page.empty() && !over_) write_row(take_row(page, csv_));
    }

    // As the server has it: a number that is read and written again may be another one.
    void write_row(std::string_view row) {
        const auto [id, sensor] = csv_ ? subject::of_csv(row) : subject::of_json(row);
        over_ = id > newest_;
        if (over_) return;
        if (count_ == 0) oldest_ = id;
        last_ = id;
        ++count_;
        const bool first = seen_.insert(sensor).second;
        if (csv_) {
            out_.write(row);
            out_.write(first ? csv_of(sensor) : std::string(no_fields));
            out_.write("\r\n");
        } else {
            out_.write(row.substr(0, row.size() - 1)); // without its brace
            out_.write(first ? members_of(sensor) + "}\n" : "}\n");
        }
    }

    std::string csv_of(std::uint32_t sensor) {
        std::string text;
        for (const auto* name : sensor_fields) text += "," + csv_field(text_of(record(sensor), name));
        return text;
    }
    std::string members_of(std::uint32_t sensor) {
        std::string text;
        for (const auto* name : sensor_fields) {
            text::json_writer out;
            text += fmt::format(",\"{}\":{}", name, out.value(text_of(record(sensor), name)).text());
        }
        return text;
    }

    // All are asked for at once, and again when one has come meanwhile.
    const boost::json::object& record(std::uint32_t sensor) {
        if (!sensors_.contains(sensor))
            get_pages(a_.where, "/api/monitoring/sensors/", SIZE_MAX, [this](const boost::json::array& page) {
                for (const auto& one : page) {
                    const auto& object = one.as_object();
                    sensors_[object.at("id").to_number<std::uint32_t>()] = object;
                }
            });
        return sensors_[sensor];
    }

    const arguments& a_;
    const std::uint64_t newest_; // id
    const bool csv_;
    output out_;
    const bool values_alone_; // on standard output
    progress bar_;
    std::map<std::uint32_t, boost::json::object> sensors_;
    std::set<std::uint32_t> seen_;
    std::uint64_t oldest_ = 0, last_ = 0; // ids
    std::uint64_t count_ = 0;
    bool over_ = false;
};

// Before it is opened, which empties it.
void refuse_file_of_store(const std::string& name) {
    if (name != "-" && storage::belongs_to_a_store(name))
        throw std::runtime_error(fmt::format("{} is a file of a store; name another one", name));
}

} // namespace

void add_export(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("export", "the stored values, oldest first, as CSV or NDJSON");
    const auto a = std::make_shared<arguments>();
    sub->add_option("--format", a->format, "csv or ndjson (csv)")->check(CLI::IsMember({"csv", "ndjson"}));
    auto* output =
        sub->add_option("-o,--output", a->output,
                        "a file, which is written over, but none of a store (standard output)")
            ->check([](const std::string& file) { return std::string(file.empty() ? "the file has no name" : ""); });
    sub->add_option("--sensor", a->sensor, "of this sensor only");
    sub->add_option("--from", a->from, "since this time: ISO 8601, or seconds or milliseconds since 1970");
    sub->add_option("--to", a->to, "until this time");
    sub->add_flag("--json", a->as_json, "the result as a JSON object; the values are --format ndjson")->needs(output);
    a->where.add_options(*sub);
    sub->callback([a, &run] {
        run = [a] {
            refuse_file_of_store(a->output);
            const auto newest = find_newest(*a); // a server that does not answer costs no old file
            return exporter(*a, newest).run();
        };
    });
}

} // namespace nightjar::ctl
