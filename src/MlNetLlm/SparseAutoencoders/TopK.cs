using System.Numerics;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>Partial selection: the largest of many numbers without sorting them.</summary>
internal static class TopK
{
    /// <summary>Finds the largest values, the largest first; of equal values the earlier one.</summary>
    /// <param name="values">The values, at least as many as are kept.</param>
    /// <param name="ids">Takes the places of the largest; its length says how many.</param>
    /// <param name="kept">Takes the values; of the same length.</param>
    public static void Select(ReadOnlySpan<float> values, Span<int> ids, Span<float> kept)
    {
        if (ids.Length == 0) return;
        for (var i = 0; i < ids.Length; i++) (ids[i], kept[i]) = (i, values[i]);
        for (var i = ids.Length / 2 - 1; i >= 0; i--) Sink(ids, kept, i);            // the worst kept is on top

        var at = ids.Length;
        for (; at <= values.Length - Vector<float>.Count; at += Vector<float>.Count)  // most numbers are passed by in blocks
            if (Vector.GreaterThanAny(new Vector<float>(values[at..]), new Vector<float>(kept[0])))
                Offer(values, at, at + Vector<float>.Count, ids, kept);
        Offer(values, at, values.Length, ids, kept);

        for (var end = ids.Length - 1; end > 0; end--)                                // the worst goes to the end, again and again
        {
            (ids[0], ids[end]) = (ids[end], ids[0]);
            (kept[0], kept[end]) = (kept[end], kept[0]);
            Sink(ids[..end], kept[..end], 0);
        }
    }

    private static void Offer(ReadOnlySpan<float> values, int first, int end, Span<int> ids, Span<float> kept)
    {
        for (var i = first; i < end; i++)
        {
            if (!(values[i] > kept[0])) continue;
            (ids[0], kept[0]) = (i, values[i]);
            Sink(ids, kept, 0);
        }
    }

    // A heap with the worst on top: the smallest, and of equal ones the latest.
    private static void Sink(Span<int> ids, Span<float> kept, int at)
    {
        while (true)
        {
            var child = 2 * at + 1;
            if (child >= ids.Length) return;
            if (child + 1 < ids.Length && Worse(child + 1, child, ids, kept)) child++;
            if (!Worse(child, at, ids, kept)) return;
            (ids[at], ids[child]) = (ids[child], ids[at]);
            (kept[at], kept[child]) = (kept[child], kept[at]);
            at = child;
        }
    }

    private static bool Worse(int a, int b, Span<int> ids, Span<float> kept) =>
        kept[a] < kept[b] || (kept[a] == kept[b] && ids[a] > ids[b]);
}
