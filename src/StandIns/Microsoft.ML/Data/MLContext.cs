using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed class MLContext : IHostEnvironment
{
    private readonly HostEnvironment _environment;
    private readonly Dictionary<string, object> _options = [];

    public MLContext(int? seed = null)
    {
        _environment = new(seed, Raise);
        Data = new(_environment);
        Transforms = new(_environment);
        Model = new(_environment);
        MulticlassClassification = new(_environment);
        BinaryClassification = new(_environment);
        Regression = new(_environment);
        Clustering = new(_environment);
    }

    public event EventHandler<LoggingEventArgs> Log;

    public DataOperationsCatalog Data { get; }

    public TransformsCatalog Transforms { get; }

    public ModelOperationsCatalog Model { get; }

    public MulticlassClassificationCatalog MulticlassClassification { get; }

    public BinaryClassificationCatalog BinaryClassification { get; }

    public RegressionCatalog Regression { get; }

    public ClusteringCatalog Clustering { get; }

    public ComponentCatalog ComponentCatalog => _environment.ComponentCatalog;

    public string TempFilePath { get; set; } = Path.GetTempPath();

    public bool FallbackToCpu { get; set; } = true;

    public int? GpuDeviceId { get; set; }

    string IExceptionContext.ContextDescription => _environment.ContextDescription;

    public bool TryAddOption<T>(string name, T value) => _options.TryAdd(name, value);

    public void SetOption<T>(string name, T value) => _options[name] = value;

    public bool TryGetOption<T>(string name, out T value)
    {
        var found = _options.TryGetValue(name, out var stored);
        value = found ? (T)stored : default;
        return found;
    }

    public T GetOptionOrDefault<T>(string name) => TryGetOption<T>(name, out var value) ? value : default;

    public bool RemoveOption(string name) => _options.Remove(name);

    IHost IHostEnvironment.Register(string name, int? seed, bool? verbose) => _environment.Register(name, seed, verbose);

    IChannel IChannelProvider.Start(string name) => _environment.Start(name);

    IPipe<TMessage> IChannelProvider.StartPipe<TMessage>(string name) => _environment.StartPipe<TMessage>(name);

    IProgressChannel IProgressChannelProvider.StartProgressChannel(string name) => _environment.StartProgressChannel(name);

    TException IExceptionContext.Process<TException>(TException ex) => _environment.Process(ex);

    private void Raise(string source, ChannelMessage message)
    {
        if (Log is { } log)
            log(this, new(message.Message, message.Kind, source));
    }
}
