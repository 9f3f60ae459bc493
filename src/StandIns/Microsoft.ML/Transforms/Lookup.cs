namespace Microsoft.ML.Data;

/// <summary>A dictionary by the items of a column; text is looked up without making a string.</summary>
internal abstract class Lookup<TKey, TValue>
{
    public static Lookup<TKey, TValue> Create() =>
        typeof(TKey) == typeof(ReadOnlyMemory<char>) ? (Lookup<TKey, TValue>)(object)new ByText() : new ByValue();

    public abstract int Count { get; }

    public abstract IEnumerable<KeyValuePair<TKey, TValue>> Entries { get; }

    public abstract bool TryAdd(TKey key, TValue value);

    public abstract bool TryGet(TKey key, out TValue value);

    private sealed class ByValue : Lookup<TKey, TValue>
    {
        private readonly Dictionary<TKey, TValue> _entries = [];

        public override int Count => _entries.Count;

        public override IEnumerable<KeyValuePair<TKey, TValue>> Entries => _entries;

        public override bool TryAdd(TKey key, TValue value) => _entries.TryAdd(key, value);

        public override bool TryGet(TKey key, out TValue value) => _entries.TryGetValue(key, out value);
    }

    private sealed class ByText : Lookup<ReadOnlyMemory<char>, TValue>
    {
        private readonly Dictionary<string, TValue> _entries = [];
        private readonly Dictionary<string, TValue>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

        public ByText() => _bySpan = _entries.GetAlternateLookup<ReadOnlySpan<char>>();

        public override int Count => _entries.Count;

        public override IEnumerable<KeyValuePair<ReadOnlyMemory<char>, TValue>> Entries =>
            _entries.Select(entry => new KeyValuePair<ReadOnlyMemory<char>, TValue>(entry.Key.AsMemory(), entry.Value));

        public override bool TryAdd(ReadOnlyMemory<char> key, TValue value) => _bySpan.TryAdd(key.Span, value);

        public override bool TryGet(ReadOnlyMemory<char> key, out TValue value) => _bySpan.TryGetValue(key.Span, out value);
    }
}
