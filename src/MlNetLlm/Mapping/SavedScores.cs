using System.ComponentModel;

namespace MlNetLlm.Mapping;

/// <summary>
/// The scores of classes out of a custom mapping. Of ML.NET's own components only a concatenation of single numbers names the slots of a
/// vector, by their columns; so up to 64 scores come as single numbers too, and columns with the classes' names are made of them.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public class SavedScores : SavedVector
{
    /// <summary>The most classes whose slots have names.</summary>
    internal const int MostNames = 64;

    private const string Prefix = "MlNetLlmScore";

    private readonly float[] _scores = new float[MostNames];

    /// <summary>The score of one class.</summary>
    public float MlNetLlmScore0 { get => _scores[0]; set => _scores[0] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore1 { get => _scores[1]; set => _scores[1] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore2 { get => _scores[2]; set => _scores[2] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore3 { get => _scores[3]; set => _scores[3] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore4 { get => _scores[4]; set => _scores[4] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore5 { get => _scores[5]; set => _scores[5] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore6 { get => _scores[6]; set => _scores[6] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore7 { get => _scores[7]; set => _scores[7] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore8 { get => _scores[8]; set => _scores[8] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore9 { get => _scores[9]; set => _scores[9] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore10 { get => _scores[10]; set => _scores[10] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore11 { get => _scores[11]; set => _scores[11] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore12 { get => _scores[12]; set => _scores[12] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore13 { get => _scores[13]; set => _scores[13] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore14 { get => _scores[14]; set => _scores[14] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore15 { get => _scores[15]; set => _scores[15] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore16 { get => _scores[16]; set => _scores[16] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore17 { get => _scores[17]; set => _scores[17] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore18 { get => _scores[18]; set => _scores[18] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore19 { get => _scores[19]; set => _scores[19] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore20 { get => _scores[20]; set => _scores[20] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore21 { get => _scores[21]; set => _scores[21] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore22 { get => _scores[22]; set => _scores[22] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore23 { get => _scores[23]; set => _scores[23] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore24 { get => _scores[24]; set => _scores[24] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore25 { get => _scores[25]; set => _scores[25] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore26 { get => _scores[26]; set => _scores[26] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore27 { get => _scores[27]; set => _scores[27] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore28 { get => _scores[28]; set => _scores[28] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore29 { get => _scores[29]; set => _scores[29] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore30 { get => _scores[30]; set => _scores[30] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore31 { get => _scores[31]; set => _scores[31] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore32 { get => _scores[32]; set => _scores[32] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore33 { get => _scores[33]; set => _scores[33] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore34 { get => _scores[34]; set => _scores[34] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore35 { get => _scores[35]; set => _scores[35] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore36 { get => _scores[36]; set => _scores[36] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore37 { get => _scores[37]; set => _scores[37] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore38 { get => _scores[38]; set => _scores[38] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore39 { get => _scores[39]; set => _scores[39] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore40 { get => _scores[40]; set => _scores[40] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore41 { get => _scores[41]; set => _scores[41] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore42 { get => _scores[42]; set => _scores[42] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore43 { get => _scores[43]; set => _scores[43] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore44 { get => _scores[44]; set => _scores[44] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore45 { get => _scores[45]; set => _scores[45] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore46 { get => _scores[46]; set => _scores[46] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore47 { get => _scores[47]; set => _scores[47] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore48 { get => _scores[48]; set => _scores[48] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore49 { get => _scores[49]; set => _scores[49] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore50 { get => _scores[50]; set => _scores[50] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore51 { get => _scores[51]; set => _scores[51] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore52 { get => _scores[52]; set => _scores[52] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore53 { get => _scores[53]; set => _scores[53] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore54 { get => _scores[54]; set => _scores[54] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore55 { get => _scores[55]; set => _scores[55] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore56 { get => _scores[56]; set => _scores[56] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore57 { get => _scores[57]; set => _scores[57] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore58 { get => _scores[58]; set => _scores[58] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore59 { get => _scores[59]; set => _scores[59] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore60 { get => _scores[60]; set => _scores[60] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore61 { get => _scores[61]; set => _scores[61] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore62 { get => _scores[62]; set => _scores[62] = value; }

    /// <inheritdoc cref="MlNetLlmScore0"/>
    public float MlNetLlmScore63 { get => _scores[63]; set => _scores[63] = value; }

    /// <summary>The column with the score of a class.</summary>
    internal static string ColumnOf(int number) => $"{Prefix}{number}";

    /// <summary>Whether classes can lend their names to columns for a moment: few, all named, none as a column that is there.</summary>
    /// <param name="names">The classes' names.</param>
    /// <param name="taken">Names of columns that may be there.</param>
    internal static bool CanName(IReadOnlyList<string> names, IEnumerable<string> taken) =>
        names.Count <= MostNames && names.All(name => name.Trim().Length > 0)
        && !names.Any(name => name.StartsWith("MlNetLlm", StringComparison.Ordinal))
        && !names.Intersect(taken, StringComparer.Ordinal).Any();

    /// <inheritdoc/>
    internal override void Set(float[] values)
    {
        base.Set(values);
        values.AsSpan(0, Math.Min(values.Length, MostNames)).CopyTo(_scores);
    }
}
