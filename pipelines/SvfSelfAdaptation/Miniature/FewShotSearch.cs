using MlNetLlm.Generation;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>The few-shot search of the miniature: one coefficient an expert, over the task experts.</summary>
internal static class FewShotSearch
{
    /// <summary>Searches.</summary>
    /// <param name="lab">Options and seeds.</param>
    /// <param name="library">The experts.</param>
    /// <param name="task">Says how answers are judged.</param>
    /// <param name="shots">The examples.</param>
    /// <param name="generations">How long to search.</param>
    /// <param name="seed">The seed.</param>
    public static MixSearchResult Run(
        Lab lab, SvfExpertLibrary library, string task, IReadOnlyList<TaskItem> shots, int generations, int seed)
    {
        using var mixer = new SvfMixer(library);
        var objective = new GeneratedShots(
            [.. shots.Select(shot => new FewShot(shot.Question, shot.Expected))], Lab.Reward(task),
            new GenerationOptions { MaxTokens = Lab.AnswerTokens(task), BatchRows = 64 });
        return MixSearch.Run(mixer, ExpertLibraries.Names, perMatrix: false, objective,
            new CrossEntropyOptions { Generations = generations, Seed = Seed(lab.RunSeed, seed, task) }, lab.Context.Cancellation);
    }

    /// <summary>The seed of a search.</summary>
    public static int Seed(int run, int seed, string task) => Lab.Seed(run, seed, $"search {task}");
}
