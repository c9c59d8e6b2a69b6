// The XML that S3 answers with. Internal to objects/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "objects/object_store.h"

namespace marquee {

struct ListingPage {
  std::vector<ObjectInfo> objects;
  std::string next;  // continuation token; empty: the last page
};

// kCorrupt, naming `where`, when the text is no ListBucketResult.
Result<ListingPage> parse_listing(std::string_view xml, const std::string& where);

// The UploadId of an InitiateMultipartUploadResult; kCorrupt when there is none.
Result<std::string> parse_upload_id(std::string_view xml, const std::string& where);

// The body of CompleteMultipartUpload; part numbers start with 1.
std::string completion_xml(const std::vector<std::string>& etags);

}  // namespace marquee
