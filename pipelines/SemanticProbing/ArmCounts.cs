using MlNetLlm.Karel;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>
/// What an arm (a probe on some features under some meaning, or a baseline) gets right of the three headline features: direction, offset
/// (both parts right), obstacle ahead.
/// </summary>
/// <param name="Direction">Of the direction.</param>
/// <param name="Offset">Of the offset from the start.</param>
/// <param name="Obstacle">Of the obstacle ahead.</param>
/// <param name="SeedMeans">The semantic content of each probe seed alone.</param>
internal sealed record ArmCounts(FeatureCounts Direction, FeatureCounts Offset, FeatureCounts Obstacle, double[] SeedMeans)
{
    /// <summary>The headline features, in their order.</summary>
    public FeatureCounts[] Features => [Direction, Offset, Obstacle];

    /// <summary>The accuracies over some tasks.</summary>
    public KarelSemanticContent Content(ReadOnlySpan<int> tasks) =>
        new(Direction.Accuracy(tasks), Offset.Accuracy(tasks), Obstacle.Accuracy(tasks));

    /// <summary>Counts outcomes row by row.</summary>
    /// <param name="rows">The test rows.</param>
    /// <param name="isRight">(row, feature 0 to 2) whether the answer is right; null where the row does not count.</param>
    public static ArmCounts Of(LabelTable rows, Func<int, int, bool?> isRight)
    {
        var (right, asked) = (new int[3][], new int[3][]);
        for (var feature = 0; feature < 3; feature++)
        {
            (right[feature], asked[feature]) = (new int[rows.Tasks], new int[rows.Tasks]);
            for (var row = 0; row < rows.Rows; row++)
            {
                if (isRight(row, feature) is not { } answer) continue;
                asked[feature][rows.TaskOf(row)]++;
                right[feature][rows.TaskOf(row)] += answer ? 1 : 0;
            }
        }
        var counts = new ArmCounts(new(right[0], asked[0]), new(right[1], asked[1]), new(right[2], asked[2]), []);
        return counts with { SeedMeans = [counts.Content([.. Enumerable.Range(0, rows.Tasks)]).Mean] };
    }

    /// <summary>One arm of several probe seeds: their answers together.</summary>
    public static ArmCounts Sum(IReadOnlyList<ArmCounts> seeds)
    {
        return new(
            Join(arm => arm.Direction), Join(arm => arm.Offset), Join(arm => arm.Obstacle), [.. seeds.SelectMany(arm => arm.SeedMeans)]);

        FeatureCounts Join(Func<ArmCounts, FeatureCounts> of) => seeds.Select(of).Aggregate((a, b) =>
            new([.. a.Right.Zip(b.Right, (x, y) => x + y)], [.. a.Rows.Zip(b.Rows, (x, y) => x + y)]));
    }
}
