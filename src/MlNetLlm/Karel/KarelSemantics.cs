using static MlNetLlm.Karel.KarelOperation;

namespace MlNetLlm.Karel;

/// <summary>
/// What each written operation does when it is run. The original meaning aside, these are the interventions of Jin and Rinard (2024): the
/// same text and the same hidden states, relabelled with the states that another meaning of the words would have led to. All words are
/// exchanged at once, so a map need not be a permutation.
/// </summary>
public sealed class KarelSemantics
{
    private readonly KarelOperation[] _meanings;

    /// <summary>Makes a meaning.</summary>
    /// <param name="name">Its name in options, columns and reports.</param>
    /// <param name="pickMarker">What <see cref="KarelOperation.PickMarker"/> does.</param>
    /// <param name="putMarker">What <see cref="KarelOperation.PutMarker"/> does.</param>
    /// <param name="turnRight">What <see cref="KarelOperation.TurnRight"/> does.</param>
    /// <param name="turnLeft">What <see cref="KarelOperation.TurnLeft"/> does.</param>
    /// <param name="move">What <see cref="KarelOperation.Move"/> does.</param>
    public KarelSemantics(
        string name,
        KarelOperation pickMarker, KarelOperation putMarker, KarelOperation turnRight, KarelOperation turnLeft, KarelOperation move)
    {
        Name = name;
        _meanings = [pickMarker, putMarker, turnRight, turnLeft, move];
        if (_meanings.Any(operation => operation > Move))
            throw new ArgumentException($"Meaning '{name}' maps to {string.Join(", ", _meanings)}; known operations are 0 to 4.");
    }

    /// <summary>Every operation means itself.</summary>
    public static KarelSemantics Original { get; } = new("original", PickMarker, PutMarker, TurnRight, TurnLeft, Move);

    /// <summary>
    /// The official map 0: left and right are exchanged, and so are pick and put, which no feature in use depends on. The only
    /// intervention whose labels are distributed as the original's.
    /// </summary>
    public static KarelSemantics Flip { get; } = new("flip", PutMarker, PickMarker, TurnLeft, TurnRight, Move);

    /// <summary>
    /// The official map 3: all five operations change, and two pairs of words share a meaning. Markers are never touched.
    /// </summary>
    public static KarelSemantics Map3 { get; } = new("map3", TurnRight, TurnLeft, Move, TurnRight, TurnLeft);

    /// <summary>
    /// The official map 5: the three words of motion change places in a circle (right moves, left turns right, move turns left).
    /// </summary>
    public static KarelSemantics Map5 { get; } = new("map5", PutMarker, PickMarker, Move, TurnRight, TurnLeft);

    /// <summary>The official map 8: left and move are exchanged.</summary>
    public static KarelSemantics Map8 { get; } = new("map8", PutMarker, PickMarker, TurnRight, Move, TurnLeft);

    /// <summary>The official map 11: the circle of <see cref="Map5"/> the other way round.</summary>
    public static KarelSemantics Map11 { get; } = new("map11", PutMarker, PickMarker, TurnLeft, Move, TurnRight);

    /// <summary>The original meaning and the five interventions of the published runs.</summary>
    public static IReadOnlyList<KarelSemantics> Published { get; } = [Original, Flip, Map3, Map5, Map8, Map11];

    /// <summary>The name in options, columns and reports.</summary>
    public string Name { get; }

    /// <summary>Whether no two words share a meaning.</summary>
    public bool IsPermutation => _meanings.Distinct().Count() == _meanings.Length;

    /// <summary>What a written operation does.</summary>
    /// <param name="written">The operation as written.</param>
    public KarelOperation this[KarelOperation written] => _meanings[(int)written];

    /// <summary>Finds one of <see cref="Published"/> by its name.</summary>
    /// <param name="name">The name: original, flip, map3, map5, map8 or map11.</param>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public static KarelSemantics Find(string name)
        => Published.FirstOrDefault(semantics => semantics.Name == name) ?? throw new ArgumentException(
            $"Unknown meaning '{name}'. Known: {string.Join(", ", Published.Select(semantics => semantics.Name))}.", nameof(name));

    /// <summary>The meaning that runs <paramref name="first"/>'s translation of each word through <paramref name="second"/>.</summary>
    /// <param name="first">Applied first.</param>
    /// <param name="second">Applied to its result.</param>
    public static KarelSemantics Compose(KarelSemantics first, KarelSemantics second)
    {
        var m = first._meanings;
        return new($"{first.Name}+{second.Name}", second[m[0]], second[m[1]], second[m[2]], second[m[3]], second[m[4]]);
    }
}
