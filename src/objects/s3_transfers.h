// Objects that are too large for one request. Internal to objects/.
#pragma once

#include <cstddef>
#include <string_view>

#include "objects/object_store.h"
#include "objects/s3_object.h"

namespace marquee {

struct S3Transfers {
  std::size_t part_bytes = 16 << 20;  // larger objects go up and come down in parts of so many
  int parallel_parts = 4;             // of one object, at once
};

// By a multipart upload: the object appears whole, with the last step. What was sent of an upload
// that failed is removed where the server can be reached.
Status upload_in_parts(const S3Object& object, std::string_view bytes,
                       const S3Transfers& transfers);

// Whole and of one version: when the object is replaced meanwhile it is read again from the start,
// a few times (then kConflict). kNotFound when there is none.
Result<VersionedObject> download(const S3Object& object, const S3Transfers& transfers);

}  // namespace marquee
