// A stand-in for TensorFlow Lite Micro's header of this name: one arena, working memory first, kept last.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tflite {

class MicroAllocator {
 public:
  static MicroAllocator* Create(uint8_t* arena, size_t size) {
    static MicroAllocator allocator;
    if (reinterpret_cast<uintptr_t>(arena) % 16 != 0) return nullptr;
    allocator = MicroAllocator();
    allocator.arena = arena;
    allocator.size = size;
    return &allocator;
  }

  bool Reserve(size_t working, size_t kept) {
    kept_bytes += kept;
    if (working > working_bytes) working_bytes = working;
    return working_bytes + kept_bytes <= size;
  }

  uint8_t* arena = nullptr;
  size_t size = 0;
  size_t working_bytes = 0;
  size_t kept_bytes = 0;
};

}  // namespace tflite
