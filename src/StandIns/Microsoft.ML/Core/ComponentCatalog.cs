using System.Reflection;

namespace Microsoft.ML.Runtime;

/// <summary>The custom mapping contracts that a context can load, by name.</summary>
public sealed class ComponentCatalog
{
    private readonly Dictionary<string, Type> _contracts = [];

    internal ComponentCatalog()
    {
    }

    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        foreach (var type in assembly.GetTypes())
        {
            foreach (var attribute in type.GetCustomAttributes<ExtensionBaseAttribute>(inherit: false))
                Register(attribute.ContractName, type, throwOnError);
        }
    }

    /// <summary>A new instance of the class registered under a contract name, or null.</summary>
    internal object CreateExtension(string contractName)
    {
        lock (_contracts)
            return _contracts.TryGetValue(contractName, out var type) ? Activator.CreateInstance(type, nonPublic: true) : null;
    }

    private void Register(string contractName, Type type, bool throwOnError)
    {
        lock (_contracts)
        {
            if (_contracts.TryGetValue(contractName, out var known) && known != type && throwOnError)
                throw new InvalidOperationException($"Contract '{contractName}' is claimed by both {known} and {type}.");
            _contracts.TryAdd(contractName, type);
        }
    }
}
