namespace Microsoft.ML.AutoML;

/// <summary>What an experiment's parts are made from: by type, each made once or anew at each request.</summary>
internal sealed class Services : IServiceProvider
{
    private readonly Dictionary<Type, Func<object>> _makers = [];

    public void Add<T>(Func<T> make) where T : class => _makers[typeof(T)] = make;

    public void AddOnce<T>(Func<T> make) where T : class
    {
        var one = new Lazy<T>(make);
        _makers[typeof(T)] = () => one.Value;
    }

    public object GetService(Type serviceType) => _makers.TryGetValue(serviceType, out var make) ? make() : null;

    public T Find<T>() where T : class => (T)GetService(typeof(T));

    public T Need<T>() where T : class => Find<T>()
        ?? throw new InvalidOperationException($"No service for type '{typeof(T)}' has been registered.");

    /// <summary>Calls the longest constructor whose parameters are all there or have defaults.</summary>
    public T Create<T>() where T : class
    {
        foreach (var constructor in typeof(T).GetConstructors().OrderByDescending(c => c.GetParameters().Length))
        {
            var parameters = constructor.GetParameters();
            if (!parameters.All(p => _makers.ContainsKey(p.ParameterType) || p.HasDefaultValue)) continue;
            return (T)constructor.Invoke([.. parameters.Select(p => GetService(p.ParameterType) ?? p.DefaultValue)]);
        }
        throw new InvalidOperationException($"Unable to resolve service for type '{typeof(T)}': no constructor fits what is registered.");
    }
}
