namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>Something that is made when it is first asked for, and disposed of if it was.</summary>
internal sealed class Lazily<T>(Func<T> make) : IDisposable
    where T : class, IDisposable
{
    private T? _value;

    /// <summary>The thing.</summary>
    public T Value => _value ??= make();

    /// <inheritdoc/>
    public void Dispose() => _value?.Dispose();
}
