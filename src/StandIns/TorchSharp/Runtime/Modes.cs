using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static IDisposable no_grad() => new GradMode(false);
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);
    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);
    public static bool is_grad_enabled() => Native.ts_grad_mode(-1) != 0;
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);
    public static bool is_inference_mode_enabled() => Native.ts_inference_mode() != 0;

    public static void set_num_threads(int num) => Native.Check(Native.ts_threads(num));
    public static int get_num_threads() => Native.Check(Native.ts_threads(0));

    public static ScalarType get_default_dtype() => (ScalarType)Native.Check(Native.ts_default_dtype(-1));
    public static void set_default_dtype(ScalarType dtype) => Native.Check(Native.ts_default_dtype((int)dtype));

    public static string __version__ => Marshal.PtrToStringUTF8(Native.ts_version());

    public static DisposeScope NewDisposeScope() => DisposeScopeManager.Open();
    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.Current;

    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }

    private sealed class GradMode(bool enabled) : IDisposable
    {
        private readonly int _before = Native.ts_grad_mode(enabled ? 1 : 0);

        public void Dispose() => Native.ts_grad_mode(_before);
    }

    private sealed class InferenceMode(bool enabled) : IDisposable
    {
        private nint _mode = Native.ts_inference_mode_enter(enabled ? 1 : 0);

        public void Dispose()
        {
            if (_mode != 0) Native.ts_inference_mode_leave(_mode);
            _mode = 0;
        }
    }
}
