// Uses a fine-tuned model as any ML.NET model: dotnet run -- use dense-1-fact-inverted.zip fact 5 asks it five questions about a skill that
// neither training nor test has, in the first of the forms.
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Pipelines.ModuleCommunities;
using MlNetLlm.SkillQuestions;

internal static class Consumption
{
    public static int Usage()
    {
        Console.Error.WriteLine(
            "dotnet run trains; dotnet run -- use MODEL.zip SKILL COUNT asks a trained model so many questions about a skill.");
        return 2;
    }

    public static int Answer(string file, string skill, int count)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(file, out _);
        var questions = new GeneratedQuestions(Values.Questions with { Seed = Values.Questions.Seed + 1 });
        var asked = questions.Target(Values.Forms[0], skill, QuestionSplit.Test, count);
        var answered = model.Transform(asked);
        var (answers, truths) = (answered.GetColumn<uint>("PredictedLabel"), answered.GetColumn<uint>("Label"));
        foreach (var (prompt, (answer, truth)) in asked.GetColumn<string>("Prompt").Zip(answers.Zip(truths)))
            Console.WriteLine($"{prompt}\tanswers {Letter(answer)}, right is {Letter(truth)}");
        return 0;
    }

    private static string Letter(uint key) => SkillVocabulary.Letters[(int)key - 1];
}
