#include "tools/nightjarctl/history_import.hpp"

#include "broker/text/json_writer.hpp"
#include "tools/nightjarctl/progress.hpp"
#include "tools/nightjarctl/table.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <system_error>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

constexpr std::size_t rows_at_once = 5'000,
                      bytes_at_once = 600'000; // the server: 10,000 and a megabyte, with one row more
constexpr std::uint64_t most_named = 1'000;    // wrong lines

class importer {
  public:
    importer(const history_import& what, std::istream& from, history_format format, std::uint64_t size)
        : what_(what), name_(what.file == "-" ? "standard input" : what.file), file_(open(from, format)), size_(size) {}

    int run() {
        history_row row;
        while (!stopped_ && file_.next(row)) {
            if (row.line < what_.first_line) continue;
            if (!row.wrong.empty()) {
                if (what_.strict) send(); // what comes before it
                if (!stopped_) refuse(row.line, row.wrong);
                continue;
            }
            lines_.push_back(row.line);
            body_.append(row.json).append(1, '\n');
            if (lines_.size() == rows_at_once || body_.size() >= bytes_at_once) send();
        }
        if (!stopped_) send();
        bar_.clear();
        report();
        return refused_ == 0 ? 0 : 1;
    }

  private:
    history_file open(std::istream& from, history_format format) const {
        try {
            return {from, format};
        } catch (const std::runtime_error& e) {
            throw std::runtime_error(fmt::format("{}: {}", name_, e.what()));
        }
    }

    void refuse(std::uint64_t line, std::string_view why) {
        bar_.clear();
        if (refused_ < most_named) fmt::print(stderr, "nightjarctl: {}:{}: {}\n", name_, line, printable(why));
        ++refused_;
        stopped_ = what_.strict;
    }

    void send() {
        if (lines_.empty()) return;
        rest_answer answer;
        try {
            answer = ask(what_.where, "POST",
                         what_.strict ? "/api/v1/measurements?strict=true" : "/api/v1/measurements", std::move(body_));
        } catch (const std::runtime_error& e) {
            fail(e.what());
        }
        constexpr unsigned done = 200, mistakes = 400;
        boost::system::error_code error;
        const auto parsed = boost::json::parse(answer.body, error);
        const auto* object = error ? nullptr : parsed.if_object();
        const auto* refused = object == nullptr ? nullptr : object->if_contains("refused");
        if ((answer.status != done && answer.status != mistakes) || refused == nullptr) fail(refusal_of(answer));
        for (const auto& one : refused->as_array()) {
            const auto& entry = one.as_object();
            refuse(lines_.at(entry.at("line").to_number<std::size_t>() - 1), entry.at("detail").as_string());
        }
        if (answer.status == done) {
            stored_ += object->at("stored").to_number<std::uint64_t>();
            last_line_ = lines_.back();
        }
        lines_.clear();
        body_.clear();
        bar_.show(size_ == 0 ? -1 : static_cast<double>(file_.bytes_read()) / static_cast<double>(size_), stored_);
    }

    [[noreturn]] void fail(const std::string& why) const {
        throw std::runtime_error(fmt::format("{}; {} values are stored, line {} is not: go on with --from-line {}", why,
                                             stored_, lines_.front(), lines_.front()));
    }

    void report() const {
        if (what_.json) {
            text::json_writer out;
            out.begin_object().field("stored", stored_).field("refused", refused_).field("last_line", last_line_);
            fmt::print("{}\n", out.end_object().take());
            return;
        }
        if (refused_ > most_named)
            fmt::print(stderr, "nightjarctl: {} more lines were refused\n", refused_ - most_named);
        auto text = fmt::format("imported {} value{} from {}", stored_, stored_ == 1 ? "" : "s", name_);
        if (stopped_)
            text += "; stopped there, as --strict asks";
        else if (refused_ > 0)
            text += fmt::format("; refused {} line{}", refused_, refused_ == 1 ? "" : "s");
        fmt::print("{}\n", text);
    }

    const history_import& what_;
    const std::string name_;
    history_file file_;
    const std::uint64_t size_; // of the file; 0: not known
    progress bar_;
    std::vector<std::uint64_t> lines_; // of the file, for each one of body_
    std::string body_;
    std::uint64_t stored_ = 0, refused_ = 0, last_line_ = 0;
    bool stopped_ = false;
};

std::ifstream open(const std::string& name) {
    std::ifstream in(name, std::ios::binary);
    std::error_code error;
    if (!in)
        error = {errno, std::generic_category()};
    else if (std::filesystem::is_directory(name, error))
        error = std::make_error_code(std::errc::is_a_directory);
    if (error) throw std::runtime_error(fmt::format("cannot read {}: {}", name, error.message()));
    return in;
}

} // namespace

int import_history(const history_import& what, history_format format) {
    if (what.file == "-") return importer(what, std::cin, format, 0).run();
    auto in = open(what.file);
    std::error_code error; // a pipe has no size
    const auto size = std::filesystem::file_size(what.file, error);
    return importer(what, in, format, error ? 0 : size).run();
}

std::string beginning_of(const std::string& file) {
    std::string beginning(4096, '\0');
    auto in = open(file);
    in.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
    beginning.resize(static_cast<std::size_t>(in.gcount()));
    return beginning;
}

} // namespace nightjar::ctl
