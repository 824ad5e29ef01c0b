// A file of stored values, CSV or NDJSON, as lines of NDJSON; it is read as far as it is asked for. What a line means
// is the server's business.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::ctl {

enum class history_format : std::uint8_t { csv, ndjson };

// Of a file that begins so; nothing: it is neither.
std::optional<history_format> history_format_of(std::string_view beginning);

struct history_row {
    std::uint64_t line = 0; // of the file, where it begins
    std::string json;       // one object, without a newline
    std::string wrong;      // why it is none; empty: it is one, as far as that is known here
};

class history_file {
  public:
    // Reads the heading of CSV; throws std::runtime_error with a sentence if its columns are not those of values.
    history_file(std::istream& from, history_format format);

    bool next(history_row& into); // false: the file is over
    std::uint64_t bytes_read() const { return bytes_; }

  private:
    bool read_line(std::string& into);
    bool read_fields(std::vector<std::string>& fields, std::string& wrong);
    void write_object(history_row& into, const std::vector<std::string>& fields) const;

    std::istream& from_;
    const history_format format_;
    std::vector<std::string> columns_; // of CSV; empty: of no interest
    std::uint64_t line_ = 0, bytes_ = 0;
};

} // namespace nightjar::ctl
