// Where the running rows of the shipped consumer come from and go to.
#pragma once

#include "core/config.h"
#include "dynamodb/feature_tables.h"
#include "ingest/running_writer.h"
#include "objects/object_store.h"

namespace marquee {

// The tables for look-ups and Silver of this lake, Silver first: whoever goes on after a kill
// passes over the events that the tables' rows include, so what is in the tables must be in Silver
// already. Both must outlive it.
RunningOutlet running_outlet(const FeatureTables& tables, ObjectStore& lake);

RunningOptions running_options(const IngestOptions& options);

}  // namespace marquee
