#include "lake/zstd_bytes.h"

#include <zstd.h>

#include <memory>

namespace marquee::lake {
namespace {

// Lines of JSON shrink to a fifth or so; no honest frame grows beyond this when unpacked.
constexpr std::size_t kLargestRatio = 50'000;

std::unexpected<Error> corrupt(std::string what, std::string_view where) {
  return fail(ErrorCode::kCorrupt, std::move(what), std::string(where),
              "restore the object from a copy, or write it again from the stream");
}

}  // namespace

Result<std::string> zstd_compressed(std::string_view bytes) {
  constexpr int kLevel = 3;  // the library's own default: fast enough for a stream
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     &ZSTD_freeCCtx);
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  const std::size_t size =
      ZSTD_compress2(context.get(), packed.data(), packed.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0)
    return fail(ErrorCode::kInternal,
                std::string("zstd cannot compress: ") + ZSTD_getErrorName(size));
  packed.resize(size);
  packed.shrink_to_fit();
  return packed;
}

Result<std::string> zstd_decompressed(std::string_view bytes, std::string_view where) {
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    return corrupt("not a zstd frame that says its size", where);
  if (size / kLargestRatio > bytes.size())
    return corrupt("a zstd frame that claims an absurd size", where);
  std::string plain(size, '\0');
  const std::size_t got = ZSTD_decompress(plain.data(), plain.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(got) != 0)
    return corrupt(std::string("zstd cannot decompress: ") + ZSTD_getErrorName(got), where);
  if (got != size) return corrupt("a zstd frame of another size than it says", where);
  return plain;
}

}  // namespace marquee::lake
