using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>A prompt and what follows it.</summary>
public sealed class MixtureRow
{
    /// <summary>What is given.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>What is learned.</summary>
    public string Completion { get; set; } = "";
}

/// <summary>
/// The rows of first training: English, the task families in both styles, and rare questions with their label. Only questions of the split
/// for first training occur.
/// </summary>
internal static class Mixture
{
    private const int EnglishPrompt = 4;

    /// <summary>The rows; the same for the same seed.</summary>
    /// <param name="options">Shares.</param>
    /// <param name="english">English text.</param>
    /// <param name="seed">The seed.</param>
    public static IEnumerable<MixtureRow> Rows(MixtureOptions options, EnglishText english, long seed)
    {
        var random = new RandomStream(seed, "mixture");
        var (names, weights) = (options.Tasks.Keys.ToArray(), options.Tasks.Values.ToArray());
        for (var row = 0; row < options.Rows; row++)
        {
            var kind = random.NextDouble();
            if (kind < options.English)
            {
                var text = english.Draw(random, heldOut: false);
                yield return new MixtureRow { Prompt = text[..EnglishPrompt], Completion = text[EnglishPrompt..] };
            }
            else if (kind < options.English + options.Routing)
            {
                yield return Routed(random, english);
            }
            else
            {
                var item = Item(TaskTable.Find(names[Pick(random, weights)]), random);
                yield return new MixtureRow
                {
                    Prompt = item.Question, Completion = random.NextDouble() < options.Terse ? item.Terse : item.Worked,
                };
            }
        }
    }

    // Easy questions and English only: hard ones are what routing has to generalise to.
    private static MixtureRow Routed(RandomStream random, EnglishText english)
    {
        var label = TaskTable.Labels[random.Next(TaskTable.Labels.Count)];
        var question = label == TaskTable.Other
            ? english.Draw(random, heldOut: false)
            : Item(TaskTable.All.First(task => task.Skill == label), random).Question;
        return new MixtureRow { Prompt = Routing.Prompt(question), Completion = label };
    }

    private static TaskItem Item(GeneratedTask task, RandomStream random)
    {
        while (true)
        {
            var item = task.Draw(random);
            if (ItemSplits.Of(item.Question) == ItemSplit.Pretraining) return item;
        }
    }

    private static int Pick(RandomStream random, double[] weights)
    {
        var left = random.NextDouble() * weights.Sum();
        for (var i = 0; i < weights.Length - 1; i++)
            if ((left -= weights[i]) < 0) return i;
        return weights.Length - 1;
    }
}
