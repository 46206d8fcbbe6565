// A worker looks after the Message Batches that are out, so that no pass holds a worker meanwhile
// (doc/architecture.md, "Batches").

#pragma once

namespace soulprint {

// Looks once at each batch that has not ended: what the model server says of it is recorded, a
// batch whose pass has ended is canceled and its cost counted, and passes whose batches have ended
// become due.  Sets up libcurl.  Needs no open transaction.
void LookAtBatches();

}  // namespace soulprint
