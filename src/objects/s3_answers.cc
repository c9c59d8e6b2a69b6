#include "objects/s3_answers.h"

#include <pugixml.hpp>
#include <sstream>

namespace marquee {
namespace {

std::unexpected<Error> not_understood(const std::string& where) {
  return fail(ErrorCode::kCorrupt, "the server's answer is not what S3 answers", where,
              "check that s3.endpoint is an S3 server");
}

}  // namespace

Result<ListingPage> parse_listing(std::string_view xml, const std::string& where) {
  pugi::xml_document document;
  document.load_buffer(xml.data(), xml.size());
  const pugi::xml_node listing = document.child("ListBucketResult");
  if (!listing) return not_understood(where);
  ListingPage page;
  for (const pugi::xml_node entry : listing.children("Contents"))
    page.objects.push_back({entry.child_value("Key"), entry.child("Size").text().as_ullong()});
  if (listing.child("IsTruncated").text().as_bool()) {
    page.next = listing.child_value("NextContinuationToken");
    if (page.next.empty()) return not_understood(where);
  }
  return page;
}

Result<std::string> parse_upload_id(std::string_view xml, const std::string& where) {
  pugi::xml_document document;
  document.load_buffer(xml.data(), xml.size());
  std::string id = document.child("InitiateMultipartUploadResult").child_value("UploadId");
  if (id.empty()) return not_understood(where);
  return id;
}

std::string completion_xml(const std::vector<std::string>& etags) {
  pugi::xml_document document;
  pugi::xml_node upload = document.append_child("CompleteMultipartUpload");
  for (std::size_t k = 0; k < etags.size(); ++k) {
    pugi::xml_node part = upload.append_child("Part");
    part.append_child("PartNumber").text() = static_cast<unsigned long long>(k + 1);
    part.append_child("ETag").text() = etags[k].c_str();
  }
  std::ostringstream text;
  document.save(text, "", pugi::format_raw | pugi::format_no_declaration);
  return std::move(text).str();
}

}  // namespace marquee
