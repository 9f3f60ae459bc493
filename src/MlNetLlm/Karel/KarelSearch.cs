using System.Runtime.InteropServices;

namespace MlNetLlm.Karel;

/// <summary>
/// Finds how short a program can be that does what a specification shows: breadth-first search over the joint state of all its examples.
/// Reference programs are far from minimal, so "shorter than the reference" says little without it.
/// </summary>
public static class KarelSearch
{
    private static readonly KarelOperation[] Operations = Enum.GetValues<KarelOperation>();

    /// <summary>Finds the length of the shortest program that solves a task's shown examples.</summary>
    /// <param name="task">The task.</param>
    /// <param name="maxLength">The longest program to look for; the reference's length finds every minimum.</param>
    /// <param name="maxStates">Joint states of one length at which the search gives up.</param>
    /// <param name="match">How outputs are compared.</param>
    /// <returns>
    /// The length, 0 or more; null when no program of up to <paramref name="maxLength"/> operations solves the task or the search gave up.
    /// States are told apart by 64-bit hashes: among a million of them the chance of confusing two is below 1e-7.
    /// </returns>
    public static int? ShortestLength(KarelTask task, int maxLength, int maxStates = 150_000, KarelMatch match = KarelMatch.Drawn)
    {
        int examples = task.Examples;
        var seen = new HashSet<ulong> { Hash(task.ShownInputs) };
        var (current, next) = (new List<KarelWorld>(), new List<KarelWorld>());
        current.AddRange(task.ShownInputs);
        Span<KarelWorld> joint = new KarelWorld[examples];
        if (Matches(task.ShownInputs, task.ShownOutputs, match)) return 0;

        for (int length = 1; length <= maxLength; length++, (current, next) = (next, current))
        {
            next.Clear();
            for (int start = 0; start < current.Count; start += examples)
            {
                foreach (var operation in Operations)
                {
                    CollectionsMarshal.AsSpan(current).Slice(start, examples).CopyTo(joint);
                    foreach (ref var world in joint) world.Apply(operation);
                    if (!seen.Add(Hash(joint))) continue;
                    if (Matches(joint, task.ShownOutputs, match)) return length;
                    if (next.Count >= maxStates * examples) return null;
                    next.AddRange((ReadOnlySpan<KarelWorld>)joint);
                }
            }
        }

        return null;
    }

    private static bool Matches(ReadOnlySpan<KarelWorld> joint, ReadOnlySpan<KarelWorld> outputs, KarelMatch match)
    {
        for (int i = 0; i < joint.Length; i++)
            if (match == KarelMatch.Drawn ? !joint[i].LooksLike(outputs[i]) : joint[i] != outputs[i]) return false;
        return true;
    }

    private static ulong Hash(ReadOnlySpan<KarelWorld> joint)
    {
        ulong hash = 0;
        foreach (ref readonly var world in joint) hash = KarelRandom.Mix(hash ^ world.Hash64());
        return hash;
    }
}
