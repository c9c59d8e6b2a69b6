#include <fmt/format.h>
#include <zip.h>

#include "datasets/file_collection.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{32}
                                        << 30;  // an archive may lie about its size
constexpr std::size_t kReadBytes = 1 << 20;

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

class Zip final : public FileCollection {
 public:
  Zip(fs::path path, zip_t* archive) : path_(std::move(path)), archive_(archive) {}

  Result<std::vector<std::string>> names() override {
    std::vector<std::string> names;
    const auto count = zip_get_num_entries(archive_.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
      if (name != nullptr && is_listed(name)) names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
  }

  bool contains(const std::string& name) override {
    return zip_name_locate(archive_.get(), name.c_str(), 0) >= 0;
  }

  Result<std::string> read(const std::string& name) override {
    const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen(archive_.get(), name.c_str(), 0));
    if (!file) return broken(name, zip_strerror(archive_.get()));
    std::string bytes;
    for (;;) {
      const std::size_t old_size = bytes.size();
      if (old_size > kMaxFileBytes) return broken(name, "it is larger than 32 GiB");
      bytes.resize(old_size + kReadBytes);
      const auto n = zip_fread(file.get(), bytes.data() + old_size, kReadBytes);
      if (n < 0) return broken(name, zip_file_strerror(file.get()));
      bytes.resize(old_size + static_cast<std::size_t>(n));
      if (n == 0) return bytes;
    }
  }

  std::string label(const std::string& name) const override { return (path_ / name).string(); }

 private:
  std::unexpected<Error> broken(const std::string& name, const std::string& why) const {
    return fail(ErrorCode::kCorrupt, fmt::format("cannot read a file of the archive: {}", why),
                label(name), "fetch the archive again, or unpack it and give the folder");
  }

  fs::path path_;
  std::unique_ptr<zip_t, CloseArchive> archive_;
};

}  // namespace

Result<std::shared_ptr<FileCollection>> open_zip(const fs::path& file) {
  int code = 0;
  zip_t* archive = zip_open(file.c_str(), ZIP_RDONLY, &code);
  if (archive != nullptr) return std::make_shared<Zip>(file, archive);
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  return fail(ErrorCode::kCorrupt, fmt::format("cannot open the zip archive: {}", why),
              file.string(), "fetch it again, or unpack it and give the folder");
}

}  // namespace marquee
