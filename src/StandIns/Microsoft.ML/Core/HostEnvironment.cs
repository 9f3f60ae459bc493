using System.Diagnostics;

namespace Microsoft.ML.Runtime;

/// <summary>The environment behind an MLContext and each host registered in it: a name, a random stream, a place for messages.</summary>
internal sealed class HostEnvironment : IHost
{
    private readonly string _name;
    private readonly string _fullName;
    private readonly Action<string, ChannelMessage> _dispatch;
    private readonly Random _random;

    /// <summary>The root of a context. Without a seed every stream is different from run to run.</summary>
    public HostEnvironment(int? seed, Action<string, ChannelMessage> dispatch)
    {
        Seed = seed;
        _dispatch = dispatch;
        _random = seed.HasValue ? new Random(seed.Value) : new Random();
        ComponentCatalog = new();
    }

    private HostEnvironment(HostEnvironment parent, string name, Random random)
    {
        _name = name;
        _fullName = parent._fullName == null ? name : $"{parent._fullName}; {name}";
        _dispatch = parent._dispatch;
        _random = random;
        Seed = parent.Seed;
        ComponentCatalog = parent.ComponentCatalog;
    }

    public ComponentCatalog ComponentCatalog { get; }

    /// <summary>The seed of the whole context, if it was given one.</summary>
    public int? Seed { get; }

    public Random Rand => _random;

    public string ContextDescription => _fullName;

    /// <summary>A child's stream depends on its own seed if given, else on how many hosts were registered before it, never
    /// on its name.</summary>
    public IHost Register(string name, int? seed = null, bool? verbose = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (_random)
            return new HostEnvironment(this, name, new Random(seed ?? _random.Next()));
    }

    public IChannel Start(string name) => new Channel(this, name);

    public IPipe<TMessage> StartPipe<TMessage>(string name) =>
        typeof(TMessage) == typeof(ChannelMessage)
            ? (IPipe<TMessage>)Start(name)
            : throw new NotSupportedException($"Pipes of {typeof(TMessage).Name} need the real Microsoft.ML package.");

    public IProgressChannel StartProgressChannel(string name) => new SilentProgress();

    public TException Process<TException>(TException ex) where TException : Exception
    {
        if (ex != null)
            ex.Data["Throwing component"] = _name;
        return ex;
    }

    private sealed class Channel : IChannel
    {
        private readonly HostEnvironment _parent;
        private readonly string _source;
        private readonly Stopwatch _watch = Stopwatch.StartNew();

        public Channel(HostEnvironment parent, string name)
        {
            _parent = parent;
            _source = parent._fullName == null ? name : $"{parent._fullName}; {name}";
            Trace(MessageSensitivity.None, "Channel started");
        }

        public string ContextDescription => _source;

        public TException Process<TException>(TException ex) where TException : Exception => _parent.Process(ex);

        public void Send(ChannelMessage msg) => _parent._dispatch(_source, msg);

        public void Trace(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Trace, sensitivity, fmt));

        public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args) =>
            Send(new(ChannelMessageKind.Trace, sensitivity, fmt, args));

        public void Error(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Error, sensitivity, fmt));

        public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) =>
            Send(new(ChannelMessageKind.Error, sensitivity, fmt, args));

        public void Warning(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Warning, sensitivity, fmt));

        public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args) =>
            Send(new(ChannelMessageKind.Warning, sensitivity, fmt, args));

        public void Info(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Info, sensitivity, fmt));

        public void Info(MessageSensitivity sensitivity, string fmt, params object[] args) =>
            Send(new(ChannelMessageKind.Info, sensitivity, fmt, args));

        public void Dispose()
        {
            Trace(MessageSensitivity.None, "Channel finished. Elapsed {0:c}.", _watch.Elapsed);
            Trace(MessageSensitivity.None, "Channel disposed");
        }
    }

    private sealed class SilentProgress : IProgressChannel
    {
        public void SetHeader(ProgressHeader header, Action<IProgressEntry> fillAction)
        {
        }

        public void Checkpoint(params double?[] values)
        {
        }

        public IProgressChannel StartProgressChannel(string name) => this;

        public void Dispose()
        {
        }
    }
}
