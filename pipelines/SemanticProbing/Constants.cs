using MlNetLlm.Karel;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>What can be said of the test tasks without a model.</summary>
internal static class Constants
{
    /// <summary>Tasks whose shortest programs are searched for.</summary>
    public const int SearchedTasks = 300;

    private const int LongestConstant = 4;

    /// <summary>The accuracy of the constant program that is right most often; programs of up to four operations are tried.</summary>
    public static double BestAccuracy(ProbingOptions options)
    {
        KarelTask[] tasks = [.. Tasks(options, options.TestPrograms)];
        return Programs().Max(program => (double)tasks.Count(task => task.IsSolvedBy(program)) / tasks.Length);
    }

    /// <summary>Operations of the shortest programs that satisfy the first tasks, on average; at most the reference's where the search gave
    /// up.</summary>
    public static double ShortestLength(ProbingOptions options) => Tasks(options, SearchedTasks)
        .Average(task => KarelSearch.ShortestLength(task, task.Program.Length) ?? task.Program.Length);

    /// <summary>Operations of the same tasks' reference programs.</summary>
    public static double ReferenceLength(ProbingOptions options) => Tasks(options, SearchedTasks).Average(task => task.Program.Length);

    private static IEnumerable<KarelTask> Tasks(ProbingOptions options, int count)
    {
        var generator = new KarelGenerator(options.TestKarel, "test");
        return Enumerable.Range(0, Math.Min(count, options.TestPrograms)).Select(i => generator.Draw(i));
    }

    private static IEnumerable<KarelOperation[]> Programs()
    {
        IEnumerable<KarelOperation[]> longest = [[]];
        for (var length = 1; length <= LongestConstant; length++)
        {
            longest =
            [
                .. from program in longest from next in Enum.GetValues<KarelOperation>() select (KarelOperation[])[.. program, next],
            ];
            foreach (var program in longest) yield return program;
        }
    }
}
