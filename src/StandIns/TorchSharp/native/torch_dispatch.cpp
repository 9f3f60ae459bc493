// A small C ABI over libtorch: tensors by handle, any ATen operator by schema name (boxed, through c10::Dispatcher),
// autograd, generators. Public libtorch headers only; compiles against libtorch 1.13 to 2.x, CPU or CUDA.
#include <torch/version.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/alloc_cpu.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <algorithm>
#include <dlfcn.h>
#include <malloc.h>
#include <sys/mman.h>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

using at::Tensor;
using c10::IValue;
using Impl = c10::TensorImpl;
using Variables = torch::autograd::variable_list;
// c10::optional before 2.4, std::optional since: take whichever this libtorch uses.
using OptionalTensor = decltype(std::declval<IValue&>().toOptional<Tensor>());

// ---------------------------------------------------------------- loading
// Large tensors have a heap of their own: among the small blocks of glibc's, which live on, theirs would leave holes that fit
// nothing (a fifth of a training step's memory). Best fit, neighbours joined; pages stay but for those of a tensor of kReturned, which
// another program may want, and for an end of more than kKept.
struct LargeBlocks final : c10::Allocator {
  static constexpr size_t kLeast = 1 << 18, kUnit = 1 << 12, kReserved = size_t(1) << 38, kReturned = 32 << 20,
                          kKept = size_t(512) << 20;
  std::mutex lock;
  char* start = nullptr;
  char* touched = nullptr;  // no page behind it was ever written, or all were given back
  std::map<char*, size_t> free_blocks;
  std::unordered_map<char*, size_t> used;

  static LargeBlocks& self() { static auto* it = new LargeBlocks(); return *it; }
  bool begin() {
    void* all = mmap(nullptr, kReserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) return false;
    free_blocks[start = touched = static_cast<char*>(all)] = kReserved;
    return true;
  }
  char* take(size_t n) {
    n = (n + kUnit - 1) / kUnit * kUnit;
    std::lock_guard<std::mutex> guard(lock);
    auto best = free_blocks.end();
    for (auto it = free_blocks.begin(); it != free_blocks.end(); ++it)
      if (it->second >= n && (best == free_blocks.end() || it->second < best->second)) best = it;
    if (best == free_blocks.end()) return nullptr;
    auto [at, size] = *best;
    free_blocks.erase(best);
    if (size > n) free_blocks[at + n] = size - n;
    used[at] = n;
    touched = std::max(touched, at + n);
    return at;
  }
  bool owns(char* at) const { return start && at >= start && at < start + kReserved; }
  void give(char* at) {
    std::lock_guard<std::mutex> guard(lock);
    auto it = used.find(at);
    size_t n = it->second;
    used.erase(it);
    if (n >= kReturned) madvise(at, n, MADV_DONTNEED);
    auto next = free_blocks.lower_bound(at);
    if (next != free_blocks.end() && at + n == next->first) { n += next->second; next = free_blocks.erase(next); }
    if (next != free_blocks.begin()) {
      auto before = std::prev(next);
      if (before->first + before->second == at) { at = before->first; n += before->second; }
    }
    free_blocks[at] = n;
    if (at + n == start + kReserved && touched > at + kKept) {
      madvise(at, touched - at, MADV_DONTNEED);
      touched = at;
    }
  }
  static void release(void* at) {
    if (self().owns(static_cast<char*>(at))) self().give(static_cast<char*>(at));
    else if (at) c10::free_cpu(at);
  }
  static c10::DataPtr make(size_t n) {
    void* at = n >= kLeast ? self().take(n) : nullptr;
    if (!at) at = c10::alloc_cpu(n);
    return {at, at, &release, c10::Device(c10::DeviceType::CPU)};
  }
  // One of the two is libtorch's, by version; copy_data came with 2.3.
  c10::DataPtr allocate(size_t n) const { return make(n); }
  c10::DataPtr allocate(size_t n) { return make(n); }
  void copy_data(void* to, const void* from, size_t n) const { memcpy(to, from, n); }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
};

// Tensors of a step are freed together: with glibc's defaults that memory goes back to the kernel and is faulted in
// again in the next step. Large thresholds keep it. A user's own MALLOC_ settings win.
__attribute__((constructor)) static void on_load() {
#ifdef __GLIBC__
  if (!getenv("MALLOC_MMAP_THRESHOLD_") && !getenv("MALLOC_TRIM_THRESHOLD_") && !getenv("MALLOC_TOP_PAD_")) {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
    mallopt(M_TOP_PAD, 16 << 20);
    if (LargeBlocks::self().begin()) c10::SetCPUAllocator(&LargeBlocks::self(), 255);
  }
#endif
  dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);  // registers the CUDA kernels where there are any
}

// ---------------------------------------------------------------- values
enum Tag : int32_t {
  kNone, kTensor, kInt, kDouble, kBool, kIntList, kTensorList, kOptionalTensorList, kString, kDevice, kGenerator, kDefault
};
struct Value { int32_t tag; int32_t n; union { int64_t i; double d; void* p; }; };
static_assert(sizeof(Value) == 16, "Value layout");

static thread_local std::string g_error;
template <class F> static int32_t guard(F&& f) noexcept {
  try { return f(); }
  catch (const c10::Error& e) { g_error = e.what_without_backtrace(); }
  catch (const std::exception& e) { g_error = e.what(); }
  catch (...) { g_error = "unknown native exception"; }
  return -1;
}
API const char* ts_error() { return g_error.c_str(); }
API void ts_free(void* p) { free(p); }

// A handle is a TensorImpl* that owns one reference; null is the undefined tensor.
using Pointer = c10::intrusive_ptr<Impl, at::UndefinedTensorImpl>;
static inline Tensor borrow(void* h) { return h ? Tensor(Pointer::reclaim_copy(static_cast<Impl*>(h))) : Tensor(); }
static inline Tensor take(void* h) { return h ? Tensor(Pointer::reclaim(static_cast<Impl*>(h))) : Tensor(); }
static inline void* own(Tensor t) { return t.defined() ? static_cast<void*>(t.unsafeReleaseTensorImpl()) : nullptr; }
static Variables borrow_all(void** h, int32_t n) {
  Variables v;
  for (int32_t i = 0; h && i < n; i++) v.push_back(borrow(h[i]));
  return v;
}

// ---------------------------------------------------------------- operators
struct Op {
  c10::OperatorHandle handle;
  const c10::FunctionSchema* schema;
  std::vector<bool> is_float;  // per argument: an integer becomes a floating-point number
};
API int32_t ts_op(const char* name, const char* overload, void** out) {
  return guard([&] {
    auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
    TORCH_CHECK(handle.has_value(), "libtorch " TORCH_VERSION " has no operator ", name, ".", overload);
    auto* op = new Op{*handle, &handle->schema(), {}};
    for (const auto& a : op->schema->arguments()) {
      auto type = a.type();
      if (auto optional = type->cast<c10::OptionalType>()) type = optional->getElementType();
      op->is_float.push_back(type->kind() == c10::TypeKind::FloatType);
    }
    *out = op;
    return 0;
  });
}

static IValue load(const Value& v, const c10::Argument& a, bool is_float) {
  switch (v.tag) {
    case kNone: return IValue();
    case kTensor: return IValue(borrow(v.p));
    case kInt: return is_float ? IValue(static_cast<double>(v.i)) : IValue(v.i);
    case kDouble: return IValue(v.d);
    case kBool: return IValue(v.i != 0);
    case kIntList: return IValue(c10::IntArrayRef(static_cast<const int64_t*>(v.p), v.n));
    case kTensorList: {
      c10::List<Tensor> l;
      l.reserve(v.n);
      for (int i = 0; i < v.n; i++) l.push_back(borrow(static_cast<void**>(v.p)[i]));
      return IValue(std::move(l));
    }
    case kOptionalTensorList: {
      c10::List<OptionalTensor> l;
      l.reserve(v.n);
      for (int i = 0; i < v.n; i++) {
        void* h = static_cast<void**>(v.p)[i];
        l.push_back(h ? OptionalTensor(borrow(h)) : OptionalTensor());
      }
      return IValue(std::move(l));
    }
    case kString: return IValue(std::string(static_cast<const char*>(v.p), v.n));
    case kDevice: return IValue(c10::Device(static_cast<c10::DeviceType>(v.n), static_cast<c10::DeviceIndex>(v.i)));
    case kGenerator: return IValue(*static_cast<at::Generator*>(v.p));
    case kDefault:
      TORCH_CHECK(a.default_value().has_value(), "argument '", a.name(), "' has no default");
      return *a.default_value();
  }
  TORCH_CHECK(false, "bad tag ", v.tag);
}
static void store(IValue&& r, Value& o) {
  o = Value{kNone, 0, {0}};
  if (r.isTensor()) { o.tag = kTensor; o.p = own(std::move(r).toTensor()); }
  else if (r.isInt()) { o.tag = kInt; o.i = r.toInt(); }
  else if (r.isDouble()) { o.tag = kDouble; o.d = r.toDouble(); }
  else if (r.isBool()) { o.tag = kBool; o.i = r.toBool(); }
  else if (r.isTensorList()) {
    auto l = std::move(r).toTensorVector();
    auto** p = static_cast<void**>(malloc(sizeof(void*) * (l.size() + 1)));
    for (size_t i = 0; i < l.size(); i++) p[i] = own(std::move(l[i]));
    o.tag = kTensorList; o.n = static_cast<int32_t>(l.size()); o.p = p;
  } else TORCH_CHECK(r.isNone(), "cannot return a value of kind ", r.tagKind());
}

// A call may re-enter (a managed backward callback runs operators), so scratch stacks are kept per depth.
static thread_local std::vector<std::unique_ptr<std::vector<IValue>>> g_stacks;
static thread_local size_t g_depth = 0;
struct Scratch {
  std::vector<IValue>& stack;
  static std::vector<IValue>& next() {
    if (g_depth == g_stacks.size()) g_stacks.emplace_back(new std::vector<IValue>());
    return *g_stacks[g_depth++];
  }
  Scratch() : stack(next()) {}
  ~Scratch() { stack.clear(); --g_depth; }
};
static void call(void* handle, const Value* args, int32_t n, std::vector<IValue>& stack) {
  auto* op = static_cast<Op*>(handle);
  const auto& formal = op->schema->arguments();
  TORCH_CHECK(static_cast<size_t>(n) <= formal.size(), "too many arguments for ", op->schema->name());
  for (int32_t i = 0; i < n; i++) stack.push_back(load(args[i], formal[i], op->is_float[i]));
  for (size_t i = n; i < formal.size(); i++) {
    TORCH_CHECK(formal[i].default_value().has_value(), op->schema->name(), ": argument '", formal[i].name(), "' is required");
    stack.push_back(*formal[i].default_value());
  }
  op->handle.callBoxed(&stack);
}
// One tensor returned (null: undefined).
API int32_t ts_call(void* op, const Value* args, int32_t n, void** out) {
  return guard([&] {
    Scratch s;
    call(op, args, n, s.stack);
    *out = own(std::move(s.stack[0]).toTensor());
    return 0;
  });
}
// Results dropped: for operators that work in place.
API int32_t ts_run(void* op, const Value* args, int32_t n) {
  return guard([&] { Scratch s; call(op, args, n, s.stack); return 0; });
}
// Any results. Lists come in memory to be freed with ts_free.
API int32_t ts_call_many(void* op, const Value* args, int32_t n, Value* results, int32_t capacity) {
  return guard([&] {
    Scratch s;
    call(op, args, n, s.stack);
    TORCH_CHECK(static_cast<int32_t>(s.stack.size()) <= capacity, "return buffer too small");
    for (size_t i = 0; i < s.stack.size(); i++) store(std::move(s.stack[i]), results[i]);
    return static_cast<int32_t>(s.stack.size());
  });
}

// ---------------------------------------------------------------- tensors
API int32_t ts_new(const void* data, int64_t bytes, const int64_t* sizes, int32_t dims, int32_t dtype, void** out) {
  return guard([&] {
    auto t = at::empty(c10::IntArrayRef(sizes, dims), at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype)));
    TORCH_CHECK(static_cast<int64_t>(t.nbytes()) == bytes, "the data has ", bytes, " bytes, a tensor of that shape ", t.nbytes());
    if (bytes) memcpy(t.data_ptr(), data, bytes);
    *out = own(std::move(t));
    return 0;
  });
}
// Zero copy: `release(context)` is called when the storage dies.
API int32_t ts_wrap(void* data, const int64_t* sizes, int32_t dims, int32_t dtype, void (*release)(void*), void* context, void** out) {
  return guard([&] {
    *out = own(at::from_blob(data, c10::IntArrayRef(sizes, dims), [release, context](void*) { release(context); },
                             at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype))));
    return 0;
  });
}
API void ts_release(void* h) { c10::raw::intrusive_ptr::decref(static_cast<Impl*>(h)); }
API void ts_retain(void* h) { c10::raw::intrusive_ptr::incref(static_cast<Impl*>(h)); }

struct Info { int32_t dtype, dims, device_type, device_index, flags, item_size; int64_t count; };
enum Flags : int32_t { kRequiresGrad = 1, kLeaf = 2, kContiguous = 4, kSparse = 8 };
API int32_t ts_info(void* h, Info* o) {
  return guard([&] {
    auto t = borrow(h);
    o->dtype = static_cast<int32_t>(t.scalar_type());
    o->dims = static_cast<int32_t>(t.dim());
    o->device_type = static_cast<int32_t>(t.device().type());
    o->device_index = t.device().index();
    o->item_size = static_cast<int32_t>(t.element_size());
    o->count = t.numel();
    o->flags = (t.requires_grad() ? kRequiresGrad : 0) | (t.is_leaf() ? kLeaf : 0) | (t.is_sparse() ? kSparse : 0) |
               (!t.is_sparse() && t.is_contiguous() ? kContiguous : 0);
    return 0;
  });
}
API int32_t ts_sizes(void* h, int64_t* sizes, int64_t* strides, int32_t capacity) {
  return guard([&] {
    auto t = borrow(h);
    auto dims = static_cast<int32_t>(t.dim());
    TORCH_CHECK(dims <= capacity, "a tensor of ", dims, " dimensions is not supported");
    for (int32_t i = 0; i < dims; i++) {
      if (sizes) sizes[i] = t.size(i);
      if (strides) strides[i] = t.stride(i);
    }
    return dims;
  });
}
API int32_t ts_data(void* h, void** p) { return guard([&] { *p = borrow(h).data_ptr(); return 0; }); }
API int64_t ts_storage_offset(void* h) { return borrow(h).storage_offset(); }

// ---------------------------------------------------------------- autograd
API int32_t ts_set_requires_grad(void* h, int32_t on) { return guard([&] { borrow(h).set_requires_grad(on != 0); return 0; }); }
API int32_t ts_grad(void* h, void** grad) { return guard([&] { *grad = own(borrow(h).grad()); return 0; }); }
API int32_t ts_set_grad(void* h, void* grad) { return guard([&] { borrow(h).mutable_grad() = borrow(grad); return 0; }); }
API int32_t ts_backward(void** outs, int32_t n, void** grads, void** inputs, int32_t ni, int32_t retain, int32_t create) {
  return guard([&] {
    torch::autograd::backward(borrow_all(outs, n), borrow_all(grads, n), retain != 0, create != 0, borrow_all(inputs, ni));
    return 0;
  });
}
API int32_t ts_grads(void** outs, int32_t n, void** ins, int32_t ni, void** grads, int32_t retain, int32_t create, int32_t unused,
                     void** results) {
  return guard([&] {
    auto o = borrow_all(outs, n), i = borrow_all(ins, ni), g = borrow_all(grads, n);
    for (auto& t : torch::autograd::grad(o, i, g, retain != 0, create != 0, unused != 0)) *results++ = own(std::move(t));
    return 0;
  });
}
API int32_t ts_grad_mode(int32_t on) {
  int32_t old = c10::GradMode::is_enabled();
  if (on >= 0) c10::GradMode::set_enabled(on != 0);
  return old;
}
API int32_t ts_inference_mode() { return c10::InferenceMode::is_enabled(); }
API void* ts_inference_mode_enter(int32_t on) { return new c10::InferenceMode(on != 0); }
API void ts_inference_mode_leave(void* mode) { delete static_cast<c10::InferenceMode*>(mode); }

// A node whose backward is managed code: it is handed owned gradients and saved tensors, and fills in owned gradients.
typedef int32_t (*BackwardFn)(void* context, void** grads, int32_t n, void** saved, int32_t ns, void** results, int32_t m);
typedef void (*ReleaseFn)(void* context);
struct ManagedNode : torch::autograd::Node {
  BackwardFn backward;
  ReleaseFn release = nullptr;  // set once the node is complete
  void* context;
  size_t inputs;
  bool released = false;
  std::vector<torch::autograd::SavedVariable> saved;

  Variables apply(Variables&& grads) override {
    TORCH_CHECK(!released, "Trying to backward through the graph a second time. Specify retain_graph=true in the first call.");
    std::vector<void*> in(grads.size()), kept(saved.size()), out(inputs, nullptr);
    for (size_t i = 0; i < grads.size(); i++) {
      in[i] = own(std::move(grads[i]));
    }
    for (size_t i = 0; i < saved.size(); i++) kept[i] = own(saved[i].unpack(shared_from_this()));
    auto rc = backward(context, in.data(), (int32_t)in.size(), kept.data(), (int32_t)kept.size(), out.data(), (int32_t)inputs);
    Variables results;
    for (auto* h : out) results.push_back(take(h));
    TORCH_CHECK(rc == 0, g_error);
    return results;
  }
  void release_variables() override {
    if (!saved.empty()) released = true;
    saved.clear();
  }
  std::string name() const override { return "ManagedBackward"; }
  ~ManagedNode() override { if (release) release(context); }
};
API void ts_set_error(const char* text) { g_error = text; }
// `outs` (computed with grad mode off) become results of a new node over `ins`. `differentiable[i]` = 0 leaves outs[i] alone.
// `saved` are kept for the backward; those that are also in `outs` are marked as such, so that no cycle arises. Takes
// over `context` when it returns 1; returns 0 when nothing needs a gradient.
API int32_t ts_attach(void** ins, int32_t ni, void** outs, int32_t no, const uint8_t* differentiable, void** saved, int32_t ns,
                      BackwardFn backward, ReleaseFn release, void* context) {
  return guard([&] {
    auto inputs = borrow_all(ins, ni);
    bool any = false;
    for (auto& t : inputs) any |= t.defined() && t.requires_grad();
    if (!any || !c10::GradMode::is_enabled()) return 0;
    auto node = std::shared_ptr<ManagedNode>(new ManagedNode(), torch::autograd::deleteNode);
    node->backward = backward, node->context = context, node->inputs = ni;
    node->set_next_edges(torch::autograd::collect_next_edges(inputs));
    for (int32_t i = 0; i < no; i++) {
      auto t = borrow(outs[i]);
      if (differentiable[i] && (t.is_floating_point() || t.is_complex())) torch::autograd::set_history(t, node);
      else node->add_input_metadata(torch::autograd::Node::undefined_input());
    }
    for (int32_t i = 0; i < ns; i++) {
      bool is_output = false;
      for (int32_t k = 0; k < no; k++) is_output |= outs[k] == saved[i];
      node->saved.emplace_back(borrow(saved[i]), is_output);
    }
    node->release = release;
    return 1;
  });
}

// ---------------------------------------------------------------- runtime
API const char* ts_version() { return TORCH_VERSION; }
API int32_t ts_threads(int32_t n) { return guard([&] { if (n > 0) at::set_num_threads(n); return at::get_num_threads(); }); }
API int32_t ts_default_dtype(int32_t dtype) {
  return guard([&] {
    if (dtype >= 0) c10::set_default_dtype(c10::scalarTypeToTypeMeta(static_cast<c10::ScalarType>(dtype)));
    return (int32_t)c10::typeMetaToScalarType(c10::get_default_dtype());
  });
}
API int32_t ts_device_count(int32_t type) {
  return guard([&]() -> int32_t {
    auto device = static_cast<c10::DeviceType>(type);
    return c10::impl::hasDeviceGuardImpl(device) ? c10::impl::getDeviceGuardImpl(device)->deviceCount() : 0;
  });
}
API int32_t ts_synchronize(int32_t type, int32_t index) {
  return guard([&] {
    auto* impl = c10::impl::getDeviceGuardImpl(static_cast<c10::DeviceType>(type));
    impl->synchronizeStream(impl->getStream(c10::Device(static_cast<c10::DeviceType>(type), (c10::DeviceIndex)index)));
    return 0;
  });
}
API int32_t ts_allow_tf32(int32_t on) {
  if (on >= 0) at::globalContext().setAllowTF32CuBLAS(on != 0);
  return at::globalContext().allowTF32CuBLAS();
}

// ---------------------------------------------------------------- generators
static c10::Device device_of(int32_t type, int32_t index) {
  return c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
}
template <class F> static int32_t with_generator(void* handle, F&& f) {
  return guard([&] {
    auto& g = *static_cast<at::Generator*>(handle);
    std::lock_guard<std::mutex> lock(g.mutex());
    f(g);
    return 0;
  });
}
API int32_t ts_generator(int32_t type, int32_t index, void** out) {
  return guard([&] {
    auto device = device_of(type, index);
    *out = new at::Generator(device.is_cpu() ? at::detail::createCPUGenerator() : at::globalContext().defaultGenerator(device).clone());
    return 0;
  });
}
API int32_t ts_default_generator(int32_t type, int32_t index, void** out) {
  return guard([&] { *out = new at::Generator(at::globalContext().defaultGenerator(device_of(type, index))); return 0; });
}
API void ts_generator_free(void* g) { delete static_cast<at::Generator*>(g); }
API int32_t ts_manual_seed(int64_t seed) { return guard([&] { at::manual_seed((uint64_t)seed); return 0; }); }
API int32_t ts_generator_set_seed(void* handle, int64_t seed) {
  return with_generator(handle, [&](at::Generator& g) { g.set_current_seed((uint64_t)seed); });
}
API int32_t ts_generator_reseed(void* handle, int64_t* seed) {
  return with_generator(handle, [&](at::Generator& g) { *seed = (int64_t)g.seed(); });
}
API int32_t ts_generator_seed(void* handle, int64_t* seed) {
  return with_generator(handle, [&](at::Generator& g) { *seed = (int64_t)g.current_seed(); });
}
API int32_t ts_generator_state(void* handle, void** out) {
  return with_generator(handle, [&](at::Generator& g) { *out = own(g.get_state()); });
}
API int32_t ts_generator_set_state(void* handle, void* state) {
  return with_generator(handle, [&](at::Generator& g) { g.set_state(borrow(state)); });
}
