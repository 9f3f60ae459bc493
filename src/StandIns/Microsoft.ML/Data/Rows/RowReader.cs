namespace Microsoft.ML.Data;

/// <summary>Column getters over the current object of a sequence.</summary>
internal sealed class RowReader<TRow>(Func<TRow> current)
{
    public Delegate CreateGetter(RowMember member)
    {
        var type = member.MemberType;
        if (type == typeof(string))
            return Text(member);
        if (type == typeof(string[]))
            return TextArray(member);
        if (type.IsArray)
            return Call(nameof(FromArray), type.GetElementType(), member);
        if (member.Type is VectorDataViewType vector)
            return Call(nameof(FromBuffer), vector.ItemType.RawType, member);
        return member.Type is KeyDataViewType ? Call(nameof(Key), type, member) : Call(nameof(Scalar), type, member);
    }

    private Delegate Call(string method, Type type, RowMember member) =>
        DataViewTypes.CallGeneric<Delegate>(this, typeof(RowReader<TRow>), method, type, member);

    private ValueGetter<ReadOnlyMemory<char>> Text(RowMember member)
    {
        var get = Members<TRow>.Getter<string>(member.Member);
        return (ref ReadOnlyMemory<char> value) => value = get(current()).AsMemory();
    }

    private ValueGetter<VBuffer<ReadOnlyMemory<char>>> TextArray(RowMember member)
    {
        var get = Members<TRow>.Getter<string[]>(member.Member);
        return (ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            var texts = get(current()) ?? [];
            var editor = VBufferEditor.Create(ref value, texts.Length);
            for (var i = 0; i < texts.Length; i++)
                editor.Values[i] = texts[i].AsMemory();
            value = editor.Commit();
        };
    }

    private ValueGetter<VBuffer<T>> FromArray<T>(RowMember member)
    {
        var get = Members<TRow>.Getter<T[]>(member.Member);
        return (ref VBuffer<T> value) =>
        {
            var items = get(current()) ?? [];
            VBuffer<T>.Copy(items, 0, ref value, items.Length);
        };
    }

    private ValueGetter<VBuffer<T>> FromBuffer<T>(RowMember member)
    {
        var get = Members<TRow>.Getter<VBuffer<T>>(member.Member);
        return (ref VBuffer<T> value) => get(current()).CopyTo(ref value);
    }

    /// <summary>A key member counts from 0, a key column from 1; what lies beyond the last key is missing.</summary>
    private ValueGetter<T> Key<T>(RowMember member)
    {
        var get = Members<TRow>.Getter<T>(member.Member);
        var count = ((KeyDataViewType)member.Type).Count;
        return (ref T value) =>
        {
            var raw = Keys.ToRaw(get(current()));
            value = Keys.FromRaw<T>(raw < count ? raw + 1 : 0);
        };
    }

    private ValueGetter<T> Scalar<T>(RowMember member)
    {
        var get = Members<TRow>.Getter<T>(member.Member);
        return (ref T value) => value = get(current());
    }
}
