#include "storage/page_check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nightjar::storage {

namespace {

using page_number = std::uint64_t;

constexpr std::size_t header = 16, node_header = 8, tree_size = 48, metas = 2, deepest = 32;
constexpr std::uint32_t magic = 0xBEEFC0DE, version = 1;
constexpr std::uint16_t branch = 1, leaf = 2, overflow = 4, meta = 8; // kinds of pages
constexpr std::uint16_t big = 1, subtree = 2;                         // flags of nodes
constexpr page_number no_page = ~page_number{0};
constexpr std::string_view cut_short = "the file is cut short", in_use_and_free = "is free and in use, or free twice";

struct wrong : std::runtime_error {
    wrong(page_number page, std::string_view what) : runtime_error(fmt::format("page {}: {}", page, what)) {}
};

template <typename T>
T number(std::string_view bytes, std::size_t at) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

struct tree {
    explicit tree(std::string_view bytes)
        : depth(number<std::uint16_t>(bytes, 6)), root(number<page_number>(bytes, 40)) {}
    std::uint16_t depth;
    page_number root;
};

// Keys from `low` on and below `high`.
struct range {
    std::optional<std::string_view> low, high;
};

class file {
  public:
    explicit file(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (fd_ < 0) throw std::system_error(errno, std::generic_category(), path.string());
    }
    ~file() { ::close(fd_); }
    file(const file&) = delete;
    file& operator=(const file&) = delete;

    std::uint64_t size() const {
        struct stat facts {};
        if (::fstat(fd_, &facts) != 0) throw std::system_error(errno, std::generic_category(), "stat");
        return static_cast<std::uint64_t>(facts.st_size);
    }

    std::string read(page_number first, std::size_t bytes, std::size_t page_size) const {
        std::string data(bytes, '\0');
        const auto got = ::pread(fd_, data.data(), bytes, static_cast<off_t>(first * page_size));
        if (got < 0) throw std::system_error(errno, std::generic_category(), "read");
        if (static_cast<std::size_t>(got) < bytes) throw wrong(first, cut_short);
        return data;
    }

  private:
    int fd_;
};

class walk {
  public:
    walk(const std::filesystem::path& path, page_depth depth) : file_(path), depth_(depth) {}

    void run() {
        const auto newest = find_meta();
        const std::string_view facts = std::string_view(newest).substr(header);
        last_ = number<page_number>(facts, 24 + 2 * tree_size);
        used_.resize(std::min(last_ + 1, file_.size() / page_size_));
        walk_tree(tree(facts.substr(24)), what::free_pages);
        walk_tree(tree(facts.substr(24 + tree_size)), what::tables);
        check_free();
    }

  private:
    enum class what { free_pages, tables, records };

    std::string find_meta() {
        std::string newest;
        std::uint64_t newest_transaction = 0;
        page_size_ = number<std::uint32_t>(file_.read(0, 4096, 4096), header + 24); // kept in the first tree's pad
        if (page_size_ < 512 || page_size_ > 65'536 || (page_size_ & (page_size_ - 1)) != 0)
            throw wrong(0, "no such size of a page");
        for (page_number n = 0; n < metas; ++n) {
            auto page = file_.read(n, page_size_, page_size_);
            if (number<std::uint16_t>(page, 10) != meta || number<std::uint32_t>(page, header) != magic ||
                number<std::uint32_t>(page, header + 4) != version)
                throw wrong(n, "is not what LMDB 0.9 begins with");
            const auto transaction = number<std::uint64_t>(page, header + 24 + 2 * tree_size + 8);
            if (!newest.empty() && transaction <= newest_transaction) continue;
            newest_transaction = transaction;
            newest = std::move(page);
        }
        return newest;
    }

    // What LMDB took and gave back in one transaction it never wrote: the file may end before the last page.
    void check_free() {
        page_number not_there = 0;
        for (const auto page : free_) {
            if (page >= used_.size()) {
                ++not_there;
            } else if (used_[page]) {
                throw wrong(page, in_use_and_free);
            } else {
                used_[page] = true;
            }
        }
        std::sort(free_.begin(), free_.end());
        const auto twice = std::adjacent_find(free_.begin(), free_.end());
        if (twice != free_.end()) throw wrong(*twice, in_use_and_free);
        if (used_.size() + not_there != last_ + 1) throw wrong(last_, cut_short);
    }

    void walk_tree(const tree& t, what of) {
        if (t.root == no_page) return;
        if (t.depth == 0 || t.depth > deepest) throw wrong(t.root, "no such depth of a tree");
        walk_page(t.root, t.depth, of, {});
    }

    void use(page_number page) {
        if (page < metas || page > last_) throw wrong(page, "there is no such page");
        if (page >= used_.size()) throw wrong(page, cut_short);
        if (used_[page]) throw wrong(page, "is used twice");
        used_[page] = true;
    }

    void walk_page(page_number number_, unsigned levels, what of, const range& keys) {
        use(number_);
        if (levels == 1 && of == what::records && depth_ == page_depth::branches) return;
        const auto page = file_.read(number_, page_size_, page_size_);
        const auto kind = levels == 1 ? leaf : branch;
        if (number<page_number>(page, 0) != number_) throw wrong(number_, "has another's number");
        if (number<std::uint16_t>(page, 10) != kind) throw wrong(number_, "is of another kind");
        const std::size_t lower = number<std::uint16_t>(page, 12), upper = number<std::uint16_t>(page, 14);
        if (lower < header || lower > upper || upper > page_size_ || lower % 2 != 0)
            throw wrong(number_, "wrong bounds");
        const std::size_t count = (lower - header) / 2;
        std::vector<std::string_view> nodes;
        for (std::size_t i = 0; i < count; ++i) nodes.push_back(node_at(page, number_, i, upper));
        for (std::size_t i = 0; i < count; ++i) {
            if (kind == leaf) {
                take_record(number_, nodes[i], of);
                if (!within(key_of(nodes[i]), keys, of) || (i > 0 && !less(key_of(nodes[i - 1]), key_of(nodes[i]), of)))
                    throw wrong(number_, "keys out of order");
            } else {
                const range below{i == 0 ? keys.low : std::optional(key_of(nodes[i])),
                                  i + 1 < count ? std::optional(key_of(nodes[i + 1])) : keys.high};
                walk_page(number<std::uint64_t>(nodes[i], 0) & 0xFFFF'FFFF'FFFF, levels - 1, of, below);
            }
        }
    }

    // The bytes from the node to the end of the page, which hold at least its header and its key.
    std::string_view node_at(std::string_view page, page_number number_, std::size_t index, std::size_t upper) const {
        const std::size_t at = number<std::uint16_t>(page, header + 2 * index);
        if (at < upper || at + node_header > page_size_) throw wrong(number_, "a node out of bounds");
        const auto node = page.substr(at);
        if (node_header + number<std::uint16_t>(node, 6) > node.size()) throw wrong(number_, "a key out of bounds");
        return node;
    }

    static std::string_view key_of(std::string_view node) {
        return node.substr(node_header, number<std::uint16_t>(node, 6));
    }

    static bool less(std::string_view a, std::string_view b, what of) {
        if (of != what::free_pages || a.size() != 8 || b.size() != 8) return a < b;
        return number<std::uint64_t>(a, 0) < number<std::uint64_t>(b, 0);
    }

    static bool within(std::string_view key, const range& keys, what of) {
        return (!keys.low || !less(key, *keys.low, of)) && (!keys.high || less(key, *keys.high, of));
    }

    void take_record(page_number page, std::string_view node, what of) {
        const std::size_t size = number<std::uint32_t>(node, 0);
        const auto flags = number<std::uint16_t>(node, 4);
        auto value = node.substr(node_header + key_of(node).size());
        if ((flags & ~(big | subtree)) != 0) throw wrong(page, "a node of another kind");
        if (value.size() < ((flags & big) != 0 ? sizeof(page_number) : size))
            throw wrong(page, "a value out of bounds");
        std::string far;
        if ((flags & big) != 0) {
            far = overflow_value(number<page_number>(value, 0), size, of);
            value = far;
        } else {
            value = value.substr(0, size);
        }
        if (of == what::free_pages) take_free(page, key_of(node), value);
        if (((flags & subtree) != 0) != (of == what::tables) || (of == what::tables && size != tree_size))
            throw wrong(page, "a node of another kind");
        if (of == what::tables) walk_tree(tree(value), what::records);
    }

    std::string overflow_value(page_number first, std::size_t size, what of) {
        use(first);
        const auto head = file_.read(first, page_size_, page_size_);
        const std::size_t pages = number<std::uint32_t>(head, 12);
        if (number<page_number>(head, 0) != first || number<std::uint16_t>(head, 10) != overflow ||
            pages != (header + size + page_size_ - 1) / page_size_)
            throw wrong(first, "is not the value it should be");
        for (std::size_t i = 1; i < pages; ++i) use(first + i);
        return of == what::free_pages ? file_.read(first, header + size, page_size_).substr(header) : std::string();
    }

    void take_free(page_number page, std::string_view key, std::string_view value) {
        if (key.size() != 8 || value.size() < 8) throw wrong(page, "not a list of free pages");
        const auto count = number<std::uint64_t>(value, 0);
        if (count > value.size() / 8 - 1) throw wrong(page, "a list of free pages is cut short");
        page_number above = last_ + 1;
        for (std::size_t n = 1; n <= count; ++n) {
            const auto free = number<page_number>(value, 8 * n);
            if (free < metas || free >= above) throw wrong(page, "a list of free pages is out of order");
            free_.push_back(above = free);
        }
    }

    file file_;
    page_depth depth_;
    std::size_t page_size_ = 0;
    page_number last_ = 0;
    std::vector<bool> used_; // of those that are in the file
    std::vector<page_number> free_;
};

} // namespace

std::string check_pages(const std::filesystem::path& file, page_depth depth) {
    try {
        walk(file, depth).run();
        return {};
    } catch (const wrong& e) {
        return e.what();
    }
}

} // namespace nightjar::storage
