#include "broker/plugins/password_file/password_file.hpp"

#include "broker/codec/topic.hpp"
#include "broker/config/values.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace nightjar::plugins::password_file {

namespace {

using config::severity;

class line_reader {
  public:
    explicit line_reader(const std::string& path) : where_{path, 0} {}

    loaded_passwords read(std::string_view text) {
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size());
            ++where_.line;
            read_line(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        if (!result_.ok()) result_.table = {};
        choose_decoy();
        return std::move(result_);
    }

  private:
    void report(severity level, std::string text) { result_.findings.push_back({level, std::move(text), where_, {}}); }

    void read_line(std::string_view line) {
        if (line.starts_with('#') || config::trim(line).empty()) return;
        const auto colon = line.find(':');
        if (colon == std::string_view::npos)
            return report(severity::warning, "Password file: a line without ':' is skipped.");
        const auto name = config::trim(line.substr(0, colon));
        if (const auto* fault = name_fault(name); fault != nullptr)
            return report(severity::error, fmt::format("Password file: {}.", fault));
        const auto rest = line.substr(colon + 1);
        const auto text = config::trim(rest.substr(0, rest.find(':')));
        if (text.empty()) return report(severity::error, "Password file: the user of this line has no hash.");
        const auto hash = parse_hash(text);
        if (!hash) return report(severity::error, fmt::format("Password file: {}.", hash.error()));
        if (const auto [entry, is_new] = lines_.try_emplace(std::string(name), where_.line); !is_new)
            return report(severity::error, fmt::format("Password file: this user is in line {} too.", entry->second));
        result_.table.users.emplace(std::string(name), *hash);
    }

    static const char* name_fault(std::string_view name) {
        if (name.empty()) return "there is no user name before the ':'";
        if (name.size() > most_name_bytes) return "the user name has more than 65,535 bytes";
        if (!codec::valid_utf8(name)) return "the user name is not UTF-8 as MQTT allows it, so no client can send it";
        return nullptr;
    }

    void choose_decoy() {
        std::map<std::array<std::uint32_t, 4>, std::size_t> users; // by cost
        std::size_t most = 0;
        for (const auto& [name, hash] : result_.table.users) {
            const auto kind = static_cast<std::uint32_t>(hash.kind);
            const auto count = ++users[{kind, hash.iterations, hash.memory_kib, hash.lanes}];
            if (count <= most) continue;
            most = count;
            result_.table.decoy = make_decoy(hash);
        }
    }

    loaded_passwords result_;
    config::origin where_;
    boost::unordered_flat_map<std::string, int> lines_; // where each name was seen
};

class descriptor {
  public:
    explicit descriptor(int fd) : fd_(fd) {}
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

// Nothing: errno says why.
std::optional<std::string> read_all(int fd, std::size_t expected) {
    std::string text(expected + 1, '\0'); // one more, to see the end without growing
    std::size_t length = 0;
    while (true) {
        const auto got = ::read(fd, text.data() + length, text.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        length += static_cast<std::size_t>(got);
        if (got == 0 || length > most_file_bytes) break;
        if (length == text.size()) text.resize(2 * length);
    }
    text.resize(length);
    return text;
}

loaded_passwords failed(const std::string& path, const std::string& why) {
    loaded_passwords result;
    result.findings.push_back(
        {severity::error, fmt::format("Unable to read password file \"{}\": {}.", path, why), {path, 0}, {}});
    return result;
}

} // namespace

bool loaded_passwords::ok() const {
    return std::none_of(findings.begin(), findings.end(), [](const auto& f) { return f.level == severity::error; });
}

loaded_passwords parse_passwords(const std::string& path, std::string_view text) {
    return line_reader(path).read(text);
}

loaded_passwords read_password_file(const std::string& path, const file_reader& reader) {
    const auto reason = [] { return std::generic_category().message(errno); };
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)); // a FIFO must not hold us up
    struct stat facts {};
    if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) return failed(path, reason());
    if (!S_ISREG(facts.st_mode)) return failed(path, "it is not a file");
    const auto size = static_cast<std::size_t>(facts.st_size);
    if (size > most_file_bytes) return failed(path, "it has more than 256 MiB");
    const auto text = read_all(file.get(), size);
    if (!text) return failed(path, reason());
    if (text->size() > most_file_bytes) return failed(path, "it has more than 256 MiB");
    auto result = parse_passwords(path, *text);
    if (auto warning = access_warning(path, facts, reader))
        result.findings.insert(result.findings.begin(), {severity::warning, std::move(*warning), {path, 0}, {}});
    return result;
}

bool verify(const password_table& table, std::string_view name, std::string_view password) {
    const auto user = table.users.find(name);
    const bool known = user != table.users.end();
    return verify(known ? user->second : table.decoy, password) && known;
}

} // namespace nightjar::plugins::password_file
