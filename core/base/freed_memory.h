// What becomes of freed memory.
#ifndef MASKFILL_CORE_BASE_FREED_MEMORY_H_
#define MASKFILL_CORE_BASE_FREED_MEMORY_H_

namespace maskfill {

// Freed memory stays with the process. For a program that takes and frees large
// blocks (images, tensors) all the time, once, before it does: without this
// glibc gives each block back to the system and pages it in anew.
void KeepFreedMemory();

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_FREED_MEMORY_H_
