using System.Collections;
using System.Reflection;
using Microsoft.ML.SearchSpace.Option;

namespace Microsoft.ML.SearchSpace;

/// <summary>Named options; its unit cube is theirs, one after the other in the order of their names.</summary>
public class SearchSpace : OptionBase, IDictionary<string, OptionBase>
{
    private readonly Dictionary<string, OptionBase> _options = [];
    private readonly Parameter _defaults;

    public SearchSpace()
    {
    }

    protected SearchSpace(Type typeInfo, Parameter defaultOption = null)
    {
        _defaults = defaultOption;
        const BindingFlags Members = BindingFlags.Public | BindingFlags.Instance;
        foreach (var field in typeInfo.GetFields(Members)) AddMember(field, field.FieldType);
        foreach (var property in typeInfo.GetProperties(Members)) AddMember(property, property.PropertyType);
    }

    private IEnumerable<KeyValuePair<string, OptionBase>> Ordered => _options.OrderBy(o => o.Key, StringComparer.Ordinal);

    public override double[] Default => [.. Ordered.SelectMany(o => o.Value.Default)];

    public override int FeatureSpaceDim => _options.Values.Sum(o => o.FeatureSpaceDim);

    public override int?[] Step => [.. Ordered.SelectMany(o => o.Value.Step)];

    /// <summary>What the point leaves open has the value of the defaults that the space was made with.</summary>
    public override Parameter SampleFromFeatureSpace(double[] feature)
    {
        if (feature.Length != FeatureSpaceDim) throw new ArgumentException("input feature doesn't match");
        var sample = Parameter.CreateNestedParameter();
        var at = 0;
        foreach (var (key, option) in Ordered)
        {
            sample[key] = option.SampleFromFeatureSpace(feature[at..(at + option.FeatureSpaceDim)]);
            at += option.FeatureSpaceDim;
        }
        return _defaults is null ? sample : Overlaid(_defaults, sample);
    }

    public override double[] MappingToFeatureSpace(Parameter parameter) =>
        [.. Ordered.SelectMany(o => o.Value.MappingToFeatureSpace(parameter[o.Key]))];

    /// <summary>The same for the same options, in every process: checkpoints are named by it.</summary>
    public override int GetHashCode()
    {
        var text = string.Join(';', Ordered.Select(o => $"{o.Key}:{Describe(o.Value)}"));
        return (int)text.Aggregate(2166136261u, (hash, letter) => (hash ^ letter) * 16777619u);   // FNV-1a
    }

    private static string Describe(OptionBase option) => option switch
    {
        UniformNumericOption range => FormattableString.Invariant($"{range.Min}..{range.Max},{range.LogBase}"),
        ChoiceOption choice => string.Join<Parameter>('|', choice.Choices),
        _ => FormattableString.Invariant($"{option.GetHashCode()}"),
    };

    private void AddMember(MemberInfo member, Type type)
    {
        OptionBase option = member.GetCustomAttributes(inherit: false).Select(attribute => attribute switch
        {
            RangeAttribute range => Range(range),
            ChoiceAttribute choice => new ChoiceOption(choice.Candidates, choice.DefaultValue),
            BooleanChoiceAttribute boolean => new ChoiceOption([true, false], boolean.DefaultValue),
            NestOptionAttribute => new SearchSpace(type),
            _ => (OptionBase)null,
        }).SingleOrDefault(o => o is not null);
        if (option is not null) _options.Add(member.Name, option);
    }

    private static UniformNumericOption Range(RangeAttribute range) => (range.Min, range.Max) switch
    {
        (int min, int max) => new UniformIntOption(min, max, range.LogBase, (int?)range.Init),
        (float min, float max) => new UniformSingleOption(min, max, range.LogBase, (float?)range.Init),
        (double min, double max) => new UniformDoubleOption(min, max, range.LogBase, (double?)range.Init),
        _ => throw new ArgumentException($"A range of {range.Min?.GetType()} is unknown."),
    };

    private static Parameter Overlaid(Parameter below, Parameter above)
    {
        if (above is null) return below;
        if (below?.ParameterType != ParameterType.Object || above.ParameterType != ParameterType.Object) return above;
        var both = Parameter.CreateNestedParameter();
        foreach (var key in below.Keys.Union(above.Keys))
        {
            below.TryGetValue(key, out var lower);
            above.TryGetValue(key, out var upper);
            both[key] = Overlaid(lower, upper);
        }
        return both;
    }

    private ICollection<KeyValuePair<string, OptionBase>> Pairs => _options;

    public int Count => _options.Count;

    public bool IsReadOnly => false;

    public ICollection<string> Keys => _options.Keys;

    public ICollection<OptionBase> Values => _options.Values;

    public OptionBase this[string key]
    {
        get => _options[key];
        set => _options[key] = value;
    }

    public void Add(string key, OptionBase value) => _options.Add(key, value);

    public void Add(KeyValuePair<string, OptionBase> item) => Pairs.Add(item);

    public void Clear() => _options.Clear();

    public bool Contains(KeyValuePair<string, OptionBase> item) => Pairs.Contains(item);

    public bool ContainsKey(string key) => _options.ContainsKey(key);

    public void CopyTo(KeyValuePair<string, OptionBase>[] array, int arrayIndex) => Pairs.CopyTo(array, arrayIndex);

    public bool Remove(KeyValuePair<string, OptionBase> item) => Pairs.Remove(item);

    public bool Remove(string key) => _options.Remove(key);

    public bool TryGetValue(string key, out OptionBase value) => _options.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, OptionBase>> GetEnumerator() => _options.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _options.GetEnumerator();
}

/// <summary>The search space that the attributes of a type's members describe.</summary>
public sealed class SearchSpace<T> : SearchSpace
    where T : class, new()
{
    public SearchSpace() : base(typeof(T))
    {
    }

    public SearchSpace(T defaultOption) : base(typeof(T), Parameter.FromObject(defaultOption))
    {
    }

    public new T SampleFromFeatureSpace(double[] feature) => base.SampleFromFeatureSpace(feature).AsType<T>();

    public double[] MappingToFeatureSpace(T input) => MappingToFeatureSpace(Parameter.FromObject(input));
}
