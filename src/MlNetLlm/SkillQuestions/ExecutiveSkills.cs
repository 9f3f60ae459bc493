using MlNetLlm.Training;
using static MlNetLlm.SkillQuestions.ContentWords;

namespace MlNetLlm.SkillQuestions;

/// <summary>Questions of executive function: what was said must be worked on.</summary>
internal static class ExecutiveSkills
{
    /// <summary>Numbers are words 0 … 7.</summary>
    private const int Modulus = 8;

    /// <summary>The grid is a torus of 4 × 4 cells: word x + 4 y is the cell (x, y).</summary>
    private const int Side = 4;

    /// <summary>Modular addition: the sum of two words' numbers, modulo 8.</summary>
    public static SkillItem Sum(RandomStream random, int extra)
    {
        int[] terms = [.. Enumerable.Range(0, 2 + extra).Select(_ => random.Next(Modulus))];
        return new SkillItem(Singles(terms), [], terms.Sum() % Modulus, Wrong(random, terms.Sum() % Modulus, [], to: Modulus));
    }

    /// <summary>The highest of four words in the fixed order of words.</summary>
    public static SkillItem Most(RandomStream random, int extra)
    {
        var words = Distinct(random, 4 + extra);
        return new SkillItem(Singles(words), [], words.Max(), Wrong(random, words.Max(), words));
    }

    /// <summary>Transitive order: (a before b), (b before c), (c before d) in any order; which comes first of all?</summary>
    public static SkillItem Order(RandomStream random, int extra)
    {
        var chain = Distinct(random, 4 + extra);
        IReadOnlyList<int>[] pairs = [.. Pairs(chain[..^1], chain[1..])];
        random.Shuffle(pairs.AsSpan());
        return new SkillItem(pairs, [], chain[0], Wrong(random, chain[0], chain));
    }

    /// <summary>Net displacement: two steps of words 0 … 3 (east, north, west, south) from cell (0, 0); where is that?</summary>
    public static SkillItem Step(RandomStream random, int extra)
    {
        int[] moves = [.. Enumerable.Range(0, 2 + extra).Select(_ => random.Next(4))];
        var cell = CellAfter(moves);
        // Every step changes the parity of x + y: other cells could never be the answer.
        var reachable = Enumerable.Range(0, Count).Where(other => (other / Side + other) % 2 == (cell / Side + cell) % 2);
        return new SkillItem(Singles(moves), [], cell, Wrong(random, cell, reachable));
    }

    /// <summary>The cell that steps lead to.</summary>
    private static int CellAfter(IEnumerable<int> moves)
    {
        var (x, y) = (0, 0);
        foreach (var move in moves)
        {
            x = (x + (move == 0 ? 1 : move == 2 ? Side - 1 : 0)) % Side;
            y = (y + (move == 1 ? 1 : move == 3 ? Side - 1 : 0)) % Side;
        }

        return x + Side * y;
    }
}
